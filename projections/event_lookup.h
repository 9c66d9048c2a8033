// One event of a stream's timeline, found by the name its publisher gave it.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "events/subject.h"
#include "projections/timeline_row.h"
#include "projections/view.h"

namespace rapport {

inline constexpr std::size_t kRowsLookedBackMax = 1'000;

struct EventInStream {
  Subject subject;
  std::string_view source, id;
  std::optional<Timestamp> time = std::nullopt;  // the publisher's, where it gave one: part of the name
};

// Two or three look-ups, however long the timeline is; but to find an event without a time of its own the keys of the
// rows that are newer are walked. Errors: storage_failed, corrupt.
[[nodiscard]] Result<std::optional<TimelineRow>> find_event(const View& view, const EventInStream& wanted);
// Whether there is one: one look-up of an event without a time of its own. Errors: the same.
[[nodiscard]] Result<bool> has_event(const View& view, const EventInStream& wanted);
// The latest of that source and id that came with a time, whichever that is, among the stream's kRowsLookedBackMax
// newest rows: those at other times are other events (EVENTS.md), of which nothing but their rows tells. Errors: the
// same.
[[nodiscard]] Result<std::optional<TimelineRow>> find_timed_event_lately(const View& view, const Subject& subject,
                                                                         std::string_view source, std::string_view id);

}  // namespace rapport
