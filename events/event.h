// An event: a CloudEvents 1.0 envelope and what it says. The word every step of the line speaks.
//
// Invariants:
// - `payload` is what `data` says, in the newest version of the type's data; `data` is the JSON text as published
//   (minified), for the timeline. Only decode_event and make_event build an Event, so the two agree.
// - `time` (claimed by the publisher), RecordedEvent::recorded_at (when the log took it) and the position are never
//   mixed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "events/event_type.h"
#include "events/payload.h"
#include "events/position.h"
#include "events/result.h"
#include "events/subject.h"
#include "events/timestamp.h"

namespace rapport {

inline constexpr std::size_t kEventSizeMax = 256 * 1024;
inline constexpr std::size_t kEventDepthMax = 32;
inline constexpr std::size_t kEventIdSizeMax = 128;
inline constexpr std::size_t kSourceSizeMax = 256;
inline constexpr std::size_t kFieldKeySizeMax = 128;
inline constexpr std::size_t kTagSizeMax = 128;
inline constexpr std::size_t kKeyNameSizeMax = 256;
inline constexpr std::size_t kVisitIdSizeMax = 128;
inline constexpr std::size_t kFieldsMax = 500;
inline constexpr std::size_t kTagsMax = 500;
inline constexpr std::int64_t kFutureTimeMaxMs = 5 * 60 * 1000;

struct Event {
  std::string id;
  std::string source;
  EventType type = EventType::custom;
  std::string type_name;  // the wire name, also of a custom type
  Subject subject;
  std::optional<Timestamp> time;
  std::optional<std::uint64_t> expected_version;  // 0: must not exist
  std::optional<std::string> actor, correlation_id, causation_id;
  std::optional<Identity> identity;  // stamped by the resolver
  std::uint32_t schema_version = 1;  // of `data`
  std::optional<std::string> enc;    // how `data` is enciphered; absent means in clear
  // Extension attributes that are none of ours, name to JSON value, in the publisher's order: kept, not read.
  std::vector<std::pair<std::string, JsonText>> extensions;
  std::string data;
  Payload payload;

  friend bool operator==(const Event&, const Event&) = default;
};

struct RecordedEvent {
  LogPosition position;
  Timestamp recorded_at;
  Event event;

  friend bool operator==(const RecordedEvent&, const RecordedEvent&) = default;
};

// An event as the engine or a program of ours writes it: `data` is encoded from the payload, in its newest version.
// `type` is the spelling to use where a payload has several (ContactChanged). The caller sets the optional attributes.
Event make_event(std::string id, std::string source, EventType type, Subject subject, std::optional<Timestamp> time,
                 Payload payload);

// A fresh event id: 26 letters and digits that sort by time (ULID, github.com/ulid/spec). Thread-safe.
std::string make_event_id();

}  // namespace rapport
