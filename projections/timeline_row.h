// One event as a stream's timeline keeps it, late ones in their place.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/event.h"
#include "projections/digest.h"
#include "projections/outcome.h"
#include "projections/register.h"

namespace rapport {

struct TimelineRow {
  WriteStamp stamp;  // the key's part: time in the stream, then log offset
  Timestamp recorded_at;
  Refusal refusal = Refusal::none;
  bool late = false;      // something as late or later in time was there before it
  bool own_time = false;  // the publisher gave the time
  EventType type = EventType::custom;
  std::string type_name;
  std::string source, event_id;
  std::optional<std::uint64_t> expected_version;
  std::optional<std::string> actor, correlation_id, causation_id;
  std::optional<Identity> identity;
  std::uint32_t schema_version = 1;
  std::vector<std::pair<std::string, JsonText>> extensions;  // attributes that are none of ours
  std::string data;  // as published; empty where there was none, or where the contact is erased

  friend bool operator==(const TimelineRow&, const TimelineRow&) = default;
};

// What the fold adds to an event.
struct TimelinePlace {
  WriteStamp stamp;
  Timestamp recorded_at;
  Refusal refusal = Refusal::none;
  bool late = false;
};

// Neither offsets nor recordedAt nor the actor enter it.
Digest timeline_row_digest(std::string_view stream_key, const Event& event, const TimelinePlace& place);
Digest timeline_row_digest(std::string_view stream_key, const TimelineRow& row);

// The row's value; its stamp stands in the key. docs/rows.md draws it. Errors of decode: corrupt.
void append_timeline_row(std::string& out, const Event& event, const TimelinePlace& place);
void append_timeline_row(std::string& out, const TimelineRow& row);
[[nodiscard]] Result<TimelineRow> decode_timeline_row(WriteStamp stamp, std::string_view value);

}  // namespace rapport
