// Reads the log for the feed, behind the fold: an item is given once it is known how its event ended.
#pragma once

#include <chrono>
#include <memory>

#include "engine/feed/feed_item.h"
#include "engine/fold/folder.h"
#include "engine/fold/record_decoder.h"
#include "engine/log/event_log.h"

namespace rapport {

// One thread at a time.
class FeedReader {
 public:
  // Behind the given positions, of the partitions that are named. `log` and `folder` must outlive the reader. Errors:
  // position_gone, log_unavailable.
  [[nodiscard]] static Result<std::unique_ptr<FeedReader>> open(EventLog& log, Folder& folder, const Positions& after);

  // The items of the next records, at most `records_max`; none where no record came, or none was folded, within
  // `wait_max`. Errors: position_gone, corrupt (a partition cannot be read on), log_unavailable, storage_failed,
  // shutting_down, what halted the fold.
  [[nodiscard]] Result<FeedItems> read(std::size_t records_max, std::chrono::milliseconds wait_max);

  // Behind all that was given.
  const Positions& positions() const { return positions_; }

 private:
  FeedReader(EventLog& log, Folder& folder, std::unique_ptr<LogReader> reader, Positions after)
      : folder_(folder), reader_(std::move(reader)), decoder_(log), positions_(std::move(after)) {}

  Folder& folder_;
  std::unique_ptr<LogReader> reader_;
  RecordDecoder decoder_;
  RecordBatch batch_;  // read, and not given yet
  Positions positions_;
};

// Of the streams' partitions, every one named, what `positions` says.
Positions stream_positions(const EventLog& log, const Positions& positions);

}  // namespace rapport
