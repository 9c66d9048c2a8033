// The compatible API's shapes.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "engine/http/api/sight.h"
#include "events/json_writer.h"
#include "projections/contact_state.h"
#include "projections/view.h"

namespace rapport {

// What the request asks to see of a contact.
struct CompatibleShape {
  std::set<std::string, std::less<>> select;     // columns; empty: all
  std::set<std::string, std::less<>> relations;  // company, tags, fields, visits, cases, timeline
  // Companies as write_compatible_company writes them, of which the view has no rows (company_source.h).
  std::map<CompanyId, std::string> companies = {};

  bool shows(std::string_view column) const { return select.empty() || select.contains(column); }
};

// Errors of both: storage_failed, corrupt: a relation's rows. The first leaves the object open.
[[nodiscard]] Result<void> begin_compatible_contact(JsonWriter& json, const View& view, ContactId id,
                                                    const ContactState& state, const CompatibleShape& shape,
                                                    const Sight& sight);
[[nodiscard]] Result<void> write_compatible_contact(JsonWriter& json, const View& view, ContactId id,
                                                    const ContactState& state, const CompatibleShape& shape,
                                                    const Sight& sight);

// A contact's company, as `relations` shows it. Errors: storage_failed, corrupt.
[[nodiscard]] Result<void> write_compatible_company(JsonWriter& json, const View& view, CompanyId id);

}  // namespace rapport
