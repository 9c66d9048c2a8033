// Events of the engine's own: claims of identities, reservations of ids, declarations, keys.
#pragma once

#include <span>

#include "engine/log/event_log.h"
#include "events/event.h"

namespace rapport {

inline constexpr std::string_view kEngineSource = "rapport";

// Fresh, from the engine, without a time of its own: the fold gives it one.
Event own_event(EventType type, Subject subject, Payload payload);

// The record that holds the event, where the log wants it and as it wants it: in clear, or sealed. Its subject is
// resolved, and has a key where the log is sealed (make_keys). Errors: those of EventSeal::seal; too_large: no fold
// would take it.
[[nodiscard]] Result<NewRecord> own_record(const EventLog& log, const Event& event);

// The partition of a subject's records, control's included.
Partition partition_of(const EventLog& log, const Subject& subject);

// Whether make_keys has to wait for other machines, and is no work for a thread that must not block. Errors:
// storage_failed.
[[nodiscard]] Result<bool> keys_would_wait(const EventLog& log, std::span<const Result<Event>> events);
// Draws what keys the events' contacts lack, before they are sealed. Errors: storage_failed; log_unavailable, of keys
// that machines share.
[[nodiscard]] Result<void> make_keys(const EventLog& log, std::span<const Result<Event>> events);

// Under which name the log knows an identity.
Identity name_in_log(const EventLog& log, const Identity& identity);
// Where a subject's records are, by the name that the log knows it under.
Partition partition_in_log(const EventLog& log, const Subject& subject);

}  // namespace rapport
