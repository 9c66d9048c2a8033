#include "engine/feed/feed_reader.h"

namespace rapport {

Positions stream_positions(const EventLog& log, const Positions& positions) {
  Positions out;
  for (std::int32_t i = 0; i < log.partition_count(); ++i) {
    const auto found = positions.find(Partition{i});
    out.emplace(Partition{i}, found == positions.end() ? Offset{} : found->second);
  }
  return out;
}

Result<std::unique_ptr<FeedReader>> FeedReader::open(EventLog& log, Folder& folder, const Positions& after) {
  auto reader = log.open_reader(after);
  if (!reader) return reader.error();
  return std::unique_ptr<FeedReader>(new FeedReader(log, folder, *std::move(reader), after));
}

Result<FeedItems> FeedReader::read(std::size_t records_max, std::chrono::milliseconds wait_max) {
  const auto deadline = std::chrono::steady_clock::now() + wait_max;
  if (batch_.empty()) {
    RAPPORT_TRY(reader_->read({.records_max = records_max, .wait_max = wait_max}, batch_));
    for (const PartitionFault& fault : reader_->faults()) return fault.error;
  }
  const Positions read = reader_->positions();
  if (!batch_.empty()) {
    // At least a moment, or a fold that is busy would never be waited for.
    const auto folded = folder_.wait_folded(read, std::max(deadline, std::chrono::steady_clock::now() + wait_max));
    if (!folded && folded.error().code == Errc::wait_timeout) return FeedItems();
    if (!folded) return folded.error();
  }
  auto items = feed_items(*folder_.view(), decoder_.decode(batch_));
  if (!items) return items.error();
  batch_.clear();
  positions_ = read;
  return items;
}

}  // namespace rapport
