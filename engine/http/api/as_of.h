// The moment that a request names: a time ("2026-11-24T09:15:02Z": events known now with time <= T), a position
// ("1f2e3d4c.0-1042": records up to it) or a version ("v17": the first 17 accepted, in log order).
#pragma once

#include <optional>
#include <variant>

#include "engine/http/api/api_services.h"
#include "projections/merge_reader.h"
#include "projections/moment.h"
#include "projections/view.h"

namespace rapport {

struct AtVersion {
  std::uint64_t version = 0;
};
using AsOf = std::variant<Timestamp, Positions, AtVersion>;

enum class AsOfWhat : std::uint8_t { contact, list };

// The query parameter of that name. Errors: invalid_argument (of a list, which has no version, a version too),
// position_of_other_log; the field is its name.
[[nodiscard]] Result<std::optional<AsOf>> as_of_parameter(const ApiServices& services, const HttpRequest& request,
                                                          std::string_view name, AsOfWhat of = AsOfWhat::contact);

// What it means for one contact. Errors: invalid_argument (a position that does not name the contact's partition),
// not_found (the contact has no such version), wait_timeout (the view is not at that position yet); those of reading.
[[nodiscard]] Result<Moment> moment_of(const ApiServices& services, const View& view, ContactId contact,
                                       const AsOf& as_of);

// Contacts as they were, for reading merges of the past: a member in a partition that the position does not name is
// read as it is now. A version is one contact's own: of it alone. The arguments must outlive the source.
ContactSource contacts_as_of(const ApiServices& services, const View& view, const AsOf& as_of);

}  // namespace rapport
