// One reader of the feed: where it stands, what it wants, and what is ready for it.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>

#include "engine/feed/feed_filter.h"
#include "engine/feed/feed_reader.h"

namespace rapport {

class Feed;

struct FeedBatch {
  FeedItems items;      // those that pass the filter, in the log's order within a partition
  Positions positions;  // behind them, and behind all that did not pass
};

// Belongs to its feed, which must outlive it; what is in it, is the feed's to touch. Going, it leaves the feed.
class FeedSubscription : public std::enable_shared_from_this<FeedSubscription> {
 public:
  FeedSubscription(Feed& feed, FeedFilter filter, Positions after, std::optional<Positions> until)
      : feed_(feed), filter_(std::move(filter)), until_(std::move(until)), positions_(std::move(after)) {}
  ~FeedSubscription();
  FeedSubscription(const FeedSubscription&) = delete;
  FeedSubscription& operator=(const FeedSubscription&) = delete;

 private:
  friend class Feed;

  static constexpr std::uint64_t kLevel = std::numeric_limits<std::uint64_t>::max();

  Feed& feed_;
  const FeedFilter filter_;
  const std::optional<Positions> until_;  // passed, it is ready with whatever there is
  Positions positions_;  // behind what was taken; of one that is level, behind what it was when it last was not
  // The number of the next of the newest items, kLevel where it wants none of those there are; unset: it is further
  // behind than they reach, and reads the log.
  std::optional<std::uint64_t> next_;
  std::optional<FeedBatch> ready_;  // read from the log for it
  bool reading_ = false;            // the reading thread has it, or will
  std::optional<Error> error_;
  std::function<void()> waiter_;
};

}  // namespace rapport
