// Events of the engine's own: claims of identities, reservations of ids, declarations, keys.
#pragma once

#include "engine/log/event_log.h"
#include "events/event.h"

namespace rapport {

inline constexpr std::string_view kEngineSource = "rapport";

// Fresh, from the engine, without a time of its own: the fold gives it one.
Event own_event(EventType type, Subject subject, Payload payload);

// The record that holds the event, where the log wants it. Its subject is resolved.
NewRecord own_record(const EventLog& log, const Event& event);

}  // namespace rapport
