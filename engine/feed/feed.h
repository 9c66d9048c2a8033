// The live feed: what happens to contacts, from any position on, to many subscribers at once.
//
//   log -> one reader, behind the fold -> the newest items, in memory -> subscribers that keep up
//   log -> a piece at a time, for all who stand there or in it ---------> subscribers that are behind
//
// Invariants:
// - Each item comes once to each subscriber, however it reads; a batch's positions resume behind it, also in another
//   process, and on another log's copy never.
// - Nothing is kept for a subscriber but the piece that it has not taken: one that is slow falls behind the newest
//   items and reads the log instead. It slows nobody, least of all the fold, which does not know of the feed.
// - What an erasure took is not told from memory either, once the erasure itself has been told.
// - Subscribers are bounded, and so are the newest items and the pieces.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "engine/feed/feed_index.h"
#include "engine/feed/feed_pieces.h"
#include "engine/feed/feed_subscription.h"
#include "engine/fold/folder.h"
#include "engine/log/event_log.h"

namespace rapport {

struct FeedOptions {
  std::size_t subscribers_max = 1'000;
  std::size_t newest_items_max = 4'096;  // kept for those that keep up
  std::size_t newest_bytes_max = 16u << 20;
  std::size_t batch_items_max = 100;  // that a subscriber is given at once
  FeedPiecesOptions pieces;           // for those that are behind
  // Those of the log that are folded here, where others fold the rest, and which may change; unset: all. Thread-safe.
  std::function<std::set<Partition>()> partitions = {};
};

// Thread-safe.
class Feed {
 public:
  // `log` and `folder` must outlive the feed, and the feed its subscriptions.
  Feed(EventLog& log, Folder& folder, const FeedOptions& options = {});
  // Stops where that has not been done.
  ~Feed();

  // Whoever waits is told, and take() answers shutting_down from now on. Returns when its threads have ended.
  void stop();

  // From behind `after`; a partition that is not named, from its first record. Where others fold some of the log, it is
  // of the partitions that are named, and ends with `unreachable` once one of them is not folded here any more. With
  // `until`: it is ready, too, where it has passed that, though nothing came that the filter lets pass. Errors:
  // overloaded (subscribers_max).
  [[nodiscard]] Result<std::shared_ptr<FeedSubscription>> subscribe(FeedFilter filter, const Positions& after,
                                                                    std::optional<Positions> until = std::nullopt);

  // What is there for it now, perhaps no items. Errors: position_gone, corrupt, log_unavailable, storage_failed,
  // shutting_down, what halted the fold; each ends the subscription.
  [[nodiscard]] Result<FeedBatch> take(FeedSubscription& subscription);

  // Calls `done` once take() has items, an error, or the positions it was to pass, on any thread; in place of the call
  // before, if that still waits.
  void when_ready(const std::shared_ptr<FeedSubscription>& subscription, std::function<void()> done);

  std::size_t subscribers() const;

 private:
  friend class FeedSubscription;
  using Waiters = std::vector<std::function<void()>>;

  void leave(FeedSubscription& subscription);
  void wake_those_ready(std::uint64_t old_end, const Positions& level, Waiters& out);

  // On the thread of the newest items.
  void follow();
  bool follow_once(std::unique_ptr<FeedReader>& reader);
  void append(FeedItems items, const Positions& positions);
  // On the thread that reads for those behind.
  void read_for_the_late();
  void read_piece(FeedSubscription& subscription);

  Positions followed(const Positions& after) const;

  // All with mutex_ held.
  bool join(FeedSubscription& subscription);
  bool is_ready(FeedSubscription& subscription) const;
  void queue_for_reading(FeedSubscription& subscription);
  void stop_following();
  void trim();
  void forget(ContactId erased);
  std::uint64_t end() const { return first_ + newest_.size(); }
  static void wake(FeedSubscription& subscription, Waiters& out);

  EventLog& log_;
  Folder& folder_;
  const FeedOptions options_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::set<FeedSubscription*> subscriptions_, ending_;  // ending_: those with a position that they end at
  FeedIndex index_;

  // The newest items, numbered from first_; while nobody subscribes, there are none.
  bool following_ = false;
  FeedItems::size_type newest_bytes_ = 0;
  std::deque<std::shared_ptr<const FeedItem>> newest_;
  std::uint64_t first_ = 0;
  Positions before_;     // the first of them
  Positions positions_;  // behind the last, and behind all records that are no items

  std::deque<std::weak_ptr<FeedSubscription>> late_;
  FeedPieces pieces_;  // the reading thread's
  bool pieces_are_stale_ = false;
  std::thread follower_, late_reader_;
};

}  // namespace rapport
