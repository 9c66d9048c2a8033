// A contact as a row of the compatible API's lists: the contact, and what happened to it last.
#pragma once

#include "engine/http/api/compatible_json.h"

namespace rapport {

// A list that names no relations shows these, as that API does.
CompatibleShape row_shape_of(CompatibleShape shape);

// What of that API's row Rapport does not keep (departments, reminders, unread counts) is left out. Returns the status
// of the latest case, which a list counts its rows by. Errors: storage_failed, corrupt.
[[nodiscard]] Result<std::optional<CaseStatus>> write_compatible_row(JsonWriter& json, const View& view, ContactId id,
                                                                     const ContactState& state,
                                                                     const CompatibleShape& shape, const Sight& sight);

}  // namespace rapport
