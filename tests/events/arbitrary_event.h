// Arbitrary events that obey every rule of the decoder, for properties: each payload, each optional attribute there or
// not, text in every width of UTF-8.
#pragma once

#include <rapidcheck.h>

#include "events/event.h"

namespace rapport {

// Of a publisher's own type where `type` is custom.
rc::Gen<Event> arbitrary_event(EventType type);

}  // namespace rapport
