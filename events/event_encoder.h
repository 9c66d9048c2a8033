// Events to JSON text: the bytes that travel in an HTTP body, an NDJSON line and a Kafka record value.
#pragma once

#include <string>

#include "events/event.h"

namespace rapport {

// The structured-mode CloudEvent, on one line, attributes in EVENTS.md's order, `data` last. decode_event of it gives
// the event back.
std::string encode_event(const Event& event);
void append_event(std::string& out, const Event& event);

// The JSON text of `data` for a payload, in the spelling of `type`.
std::string encode_payload(EventType type, const Payload& payload);

}  // namespace rapport
