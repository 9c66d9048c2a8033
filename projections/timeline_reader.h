// Pages of a stream's timeline, with what each event changed. What a change replaced, and whether it won, is not
// stored: it is computed here, from the rows before and behind.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projections/register_writes.h"
#include "projections/timeline_row.h"
#include "projections/view.h"

namespace rapport {

inline constexpr std::size_t kTimelinePageMax = 500;

struct TimelineQuery {
  bool newest_first = true;
  std::size_t limit = 50;
  std::optional<WriteStamp> after;        // the last row of the page before
  std::optional<Timestamp> from, before;  // time in [from, before)
  std::vector<std::string> types;         // any of them; empty: all
  std::optional<std::string> source;
  std::string text;  // in the event's data, without regard to ASCII case; empty: all
};

struct TimelineChange {
  std::string path;
  JsonText old_value{"null"};  // of the write before it in (time, offset)
  JsonText new_value;
  bool won = true;  // false: when it came, a later-timed write was there already
};

struct TimelineEntry {
  TimelineRow row;
  std::vector<TimelineChange> changes;  // of an accepted event
};

struct TimelinePage {
  std::vector<TimelineEntry> entries;
  bool more = false;
};

// Errors: storage_failed, corrupt.
[[nodiscard]] Result<TimelinePage> read_timeline(const View& view, const Subject& subject, const TimelineQuery& query);

}  // namespace rapport
