// A contact's visits, cases and timeline as the compatible API shows them, newest first.
#pragma once

#include "engine/http/api/sight.h"
#include "events/json_writer.h"
#include "projections/timeline_row.h"
#include "projections/view.h"
#include "projections/visit_case_reader.h"

namespace rapport {

// Of one relation of one contact; the timeline's pages (/v1/contacts/{id}/timeline) have the rest.
inline constexpr std::size_t kRelationRowsMax = 100;

void write_compatible_visit(JsonWriter& json, ContactId contact, const ListedVisit& visit, const Sight& sight);
// What of that API's objects the event is about; its own type where it is none of them.
std::string_view compatible_object_type(const TimelineRow& row);

// Errors of all: storage_failed, corrupt; `json` is then not whole.
[[nodiscard]] Result<void> write_compatible_visits(JsonWriter& json, const View& view, ContactId contact,
                                                   const Sight& sight);
[[nodiscard]] Result<void> write_compatible_cases(JsonWriter& json, const View& view, ContactId contact,
                                                  const Sight& sight);
[[nodiscard]] Result<void> write_compatible_timeline(JsonWriter& json, const View& view, ContactId contact,
                                                     const Sight& sight);

}  // namespace rapport
