// A contact's visits, cases and timeline as the compatible API shows them, newest first.
#pragma once

#include "engine/http/api/sight.h"
#include "events/json_writer.h"
#include "projections/view.h"

namespace rapport {

// Of one relation of one contact; the timeline's pages (/v1/contacts/{id}/timeline) have the rest.
inline constexpr std::size_t kRelationRowsMax = 100;

// Errors of all: storage_failed, corrupt; `json` is then not whole.
[[nodiscard]] Result<void> write_compatible_visits(JsonWriter& json, const View& view, ContactId contact,
                                                   const Sight& sight);
[[nodiscard]] Result<void> write_compatible_cases(JsonWriter& json, const View& view, ContactId contact,
                                                  const Sight& sight);
[[nodiscard]] Result<void> write_compatible_timeline(JsonWriter& json, const View& view, ContactId contact,
                                                     const Sight& sight);

}  // namespace rapport
