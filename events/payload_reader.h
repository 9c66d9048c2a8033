// Reads a type's `data` into its payload struct. Internal to events/.
#pragma once

#include "events/event_type.h"
#include "events/json_object_reader.h"

namespace rapport::events_internal {

// `data` is in the newest version's shape. Errors: invalid_event with the member's path.
[[nodiscard]] Result<Payload> read_payload(EventType type, dom::object data);

}  // namespace rapport::events_internal
