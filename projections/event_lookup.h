// One event of a stream's timeline, found by the name its publisher gave it.
#pragma once

#include <optional>
#include <string_view>

#include "events/subject.h"
#include "projections/timeline_row.h"
#include "projections/view.h"

namespace rapport {

struct EventInStream {
  Subject subject;
  std::string_view source, id;
  bool own_time = false;  // the publisher gave the event a time
};

// The latest of that source and id. Of an event without a time of its own one look-up says that there is none; else,
// and to find it, the timeline is walked from its newest row. Errors: storage_failed, corrupt.
[[nodiscard]] Result<std::optional<TimelineRow>> find_event(const View& view, const EventInStream& wanted);

}  // namespace rapport
