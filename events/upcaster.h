// Raises the `data` of an older schema version to the newest, one version at a time, so that the fold knows one shape.
//
// Invariants: an upcaster never fails on data that was valid in its own version, and reads nothing but that data: the
// same bytes give the same payload for ever.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/event_type.h"
#include "events/result.h"

namespace rapport {

// The data in the newest version's shape as JSON text, or nullopt where it already has that shape.
// Errors: invalid_event (field "schemaversion": a version that is 0 or newer than we know; or a member of `data` that
// is not of the old shape).
[[nodiscard]] Result<std::optional<std::string>> upcast(EventType type, std::uint32_t schema_version,
                                                        std::string_view data);

}  // namespace rapport
