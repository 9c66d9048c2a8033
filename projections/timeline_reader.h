// Pages of a stream's timeline, with what each event changed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projections/timeline_changes.h"

namespace rapport {

inline constexpr std::size_t kTimelinePageMax = 500;
// Of the data of a page's events: behind them it ends early, but not before its first event. 500 of the largest would
// take 125 MB, and a page is put together in memory.
inline constexpr std::size_t kTimelinePageBytesMax = 8u << 20;

struct TimelineQuery {
  bool newest_first = true;
  std::size_t limit = 50;
  std::optional<WriteStamp> after;        // the last row of the page before
  std::optional<Timestamp> from, before;  // time in [from, before)
  std::vector<std::string> types;         // any of them; empty: all
  std::optional<std::string> source;
  std::string text;  // in the event's data, without regard to ASCII case; empty: all

  friend bool operator==(const TimelineQuery&, const TimelineQuery&) = default;
};

struct TimelinePage {
  std::vector<TimelineEntry> entries;
  bool more = false;
};

// Errors of both: storage_failed, corrupt.
[[nodiscard]] Result<TimelinePage> read_timeline(const View& view, const Subject& subject, const TimelineQuery& query);
// The one event that stands there, if one does.
[[nodiscard]] Result<std::optional<TimelineEntry>> read_timeline_entry(const View& view, const Subject& subject,
                                                                       WriteStamp at);

}  // namespace rapport
