// Declarations of tags and attributes, each one record of the control stream.
#pragma once

#include <string>

#include "events/event.h"

namespace rapport {

// The payload that `data` says, checked as an event of that type is. Errors: as EventDecoder's.
[[nodiscard]] Result<Payload> declaration_of(EventType type, const std::string& data);

}  // namespace rapport
