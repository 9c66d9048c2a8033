// Reads a type's `data` into its payload struct. Internal to events/.
#pragma once

#include <optional>

#include "events/event_type.h"
#include "events/json_object_reader.h"

namespace rapport::events_internal {

// `data` is an object in the newest version's shape. Errors: invalid_event with the member's path; what `payload` is
// then is open.
[[nodiscard]] std::optional<Error> read_payload(EventType type, const JsonNode& data, Payload& payload);

}  // namespace rapport::events_internal
