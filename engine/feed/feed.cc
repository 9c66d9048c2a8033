#include "engine/feed/feed.h"

#include "events/thread_name.h"

namespace rapport {
namespace {

constexpr std::chrono::milliseconds kReadWait{200};      // until a stop is noticed, while nothing happens
constexpr std::chrono::milliseconds kLateReadWait{20};   // of one that is behind, while it is the only one
constexpr std::chrono::milliseconds kLateTurnWait{1};    // and while others wait for the thread
constexpr std::chrono::seconds kPiecesKept{10};          // once nobody is behind
constexpr std::size_t kFollowedAtOnce = 100;             // records, before the first of them is told
constexpr std::chrono::milliseconds kRetryAfter{1'000};  // when the log does not answer

void call(const std::vector<std::function<void()>>& waiters) {
  for (const auto& waiter : waiters) waiter();
}

}  // namespace

Feed::Feed(EventLog& log, Folder& folder, const FeedOptions& options)
    : log_(log),
      folder_(folder),
      options_(options),
      pieces_(log, folder, options.pieces),
      follower_([this] { follow(); }),
      late_reader_([this] { read_for_the_late(); }) {}

Feed::~Feed() { stop(); }

void Feed::stop() {
  Waiters waiters;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(stopping_, true)) return;
    for (FeedSubscription* subscription : subscriptions_) {
      subscription->error_ = Error{Errc::shutting_down, "the feed is stopping"};
      wake(*subscription, waiters);
    }
  }
  changed_.notify_all();
  call(waiters);
  follower_.join();
  late_reader_.join();
}

Positions Feed::followed(const Positions& after) const {
  if (!options_.partitions) return stream_positions(log_, after);
  Positions out;
  for (const Partition partition : options_.partitions()) out.emplace(partition, offset_in(after, partition));
  return out;
}

Result<std::shared_ptr<FeedSubscription>> Feed::subscribe(FeedFilter filter, const Positions& after,
                                                          std::optional<Positions> until) {
  const auto subscription = std::make_shared<FeedSubscription>(
      *this, std::move(filter), options_.partitions ? after : stream_positions(log_, after), std::move(until));
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) subscription->error_ = Error{Errc::shutting_down, "the feed is stopping"};
    if (subscriptions_.size() < options_.subscribers_max) {
      subscriptions_.insert(subscription.get());
      if (subscription->until_) ending_.insert(subscription.get());
      index_.add(*subscription, subscription->filter_);
      changed_.notify_all();
      return subscription;
    }
  }
  // Let go of outside the lock: its end takes it.
  return Error{Errc::overloaded, std::to_string(options_.subscribers_max) + " subscribers follow the feed already"};
}

void Feed::leave(FeedSubscription& subscription) {
  const std::lock_guard lock(mutex_);
  if (subscriptions_.erase(&subscription) == 0) return;
  ending_.erase(&subscription);
  index_.remove(subscription, subscription.filter_);
}

std::size_t Feed::subscribers() const {
  const std::lock_guard lock(mutex_);
  return subscriptions_.size();
}

// ---- Subscribers

// Whether the subscription goes on with the newest items: it has seen all that came before the first of them, and
// nothing that has not come here yet. One from further on reads for itself, and is told there if the log has no such
// position.
bool Feed::join(FeedSubscription& subscription) {
  if (subscription.next_ && *subscription.next_ < first_) subscription.next_.reset();
  const bool level = are_of_same(subscription.positions_, positions_) && covers(subscription.positions_, before_) &&
                     covers(positions_, subscription.positions_);
  if (!subscription.next_ && following_ && level) {
    subscription.next_ = first_;
  }
  return subscription.next_.has_value();
}

Result<FeedBatch> Feed::take(FeedSubscription& subscription) {
  const std::lock_guard lock(mutex_);
  if (subscription.error_) return *subscription.error_;
  FeedBatch batch;
  if (subscription.ready_) {
    batch = *std::exchange(subscription.ready_, std::nullopt);
    subscription.positions_ = batch.positions;
    return batch;
  }
  if (!subscription.reading_ && join(subscription)) {
    std::uint64_t& next = *subscription.next_;
    for (; next < end() && batch.items.size() < options_.batch_items_max; ++next) {
      const auto& item = newest_[next - first_];
      if (item->position.offset <= offset_in(subscription.positions_, item->position.partition)) continue;
      advance(subscription.positions_, item->position);
      if (subscription.filter_.passes(*item)) batch.items.push_back(item);
    }
    if (next >= end()) {
      next = FeedSubscription::kLevel;
      advance(subscription.positions_, positions_);
    }
  }
  batch.positions = subscription.positions_;
  return batch;
}

// One that wants none of the newest items is level with them from now on: only those that are level are woken when more
// come.
bool Feed::is_ready(FeedSubscription& subscription) const {
  if (subscription.error_ || subscription.ready_) return true;
  const auto& until = subscription.until_;
  if (until && covers(subscription.positions_, *until)) return true;
  if (!subscription.next_) return false;
  std::uint64_t& next = *subscription.next_;
  for (; next < end(); ++next) {
    const FeedItem& item = *newest_[next - first_];
    if (item.position.offset > offset_in(subscription.positions_, item.position.partition) &&
        subscription.filter_.passes(item)) {
      return true;
    }
  }
  next = FeedSubscription::kLevel;
  return until && covers(positions_, *until);
}

void Feed::when_ready(const std::shared_ptr<FeedSubscription>& subscription, std::function<void()> done) {
  {
    const std::lock_guard lock(mutex_);
    const bool joined = !subscription->reading_ && join(*subscription);
    if (!is_ready(*subscription)) {
      subscription->waiter_ = std::move(done);
      if (!joined) queue_for_reading(*subscription);
      return;
    }
  }
  done();
}

void Feed::queue_for_reading(FeedSubscription& subscription) {
  if (std::exchange(subscription.reading_, true)) return;
  late_.push_back(subscription.weak_from_this());
  changed_.notify_all();
}

void Feed::wake(FeedSubscription& subscription, Waiters& out) {
  if (subscription.waiter_) out.push_back(std::exchange(subscription.waiter_, nullptr));
}

// ---- The newest items

void Feed::follow() {
  name_thread("feed");
  std::unique_ptr<FeedReader> reader;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      if (subscriptions_.empty()) {
        stop_following();
        reader.reset();
      }
      changed_.wait(lock, [this] { return stopping_ || !subscriptions_.empty(); });
      if (stopping_) return;
    }
    if (follow_once(reader)) continue;
    std::unique_lock lock(mutex_);
    stop_following();
    changed_.wait_for(lock, kRetryAfter, [this] { return stopping_; });
  }
}

// Those who were level read for themselves, and are told there what is wrong.
void Feed::stop_following() {
  for (FeedSubscription* subscription : subscriptions_) {
    if (subscription->next_ == FeedSubscription::kLevel) advance(subscription->positions_, positions_);
    subscription->next_.reset();
    if (subscription->waiter_) queue_for_reading(*subscription);
  }
  first_ = end();
  newest_.clear();
  newest_bytes_ = 0;
  following_ = false;
}

bool Feed::follow_once(std::unique_ptr<FeedReader>& reader) {
  if (reader == nullptr) {
    auto opened = FeedReader::open(log_, folder_, followed(folder_.view()->positions()));
    if (!opened) return false;
    reader = *std::move(opened);
    const std::lock_guard lock(mutex_);
    before_ = positions_ = reader->positions();
    following_ = true;
  }
  const bool moved = options_.partitions && !are_of_same(reader->positions(), followed({}));
  auto items = moved ? Result<FeedItems>(Error{Errc::unreachable, "what is folded here is another part of the log"})
                     : reader->read(kFollowedAtOnce, kReadWait);
  if (!items) {
    reader.reset();
    return false;
  }
  append(*std::move(items), reader->positions());
  return true;
}

void Feed::append(FeedItems items, const Positions& positions) {
  Waiters waiters;
  {
    const std::lock_guard lock(mutex_);
    const std::uint64_t old_end = end();
    for (auto& item : items) {
      const TimelineRow& row = item->entry.row;
      if (row.type == EventType::contact_erased && row.refusal == Refusal::none) forget(item->contact);
      newest_bytes_ += size_bytes(*item);
      newest_.push_back(std::move(item));
    }
    const Positions level = std::exchange(positions_, positions);
    wake_those_ready(old_end, level, waiters);
    trim();
  }
  call(waiters);
}

// Of those that were level before the items from `old_end` on came.
void Feed::wake_those_ready(std::uint64_t old_end, const Positions& level, Waiters& out) {
  for (std::uint64_t number = old_end; number < end(); ++number) {
    const FeedItem& item = *newest_[number - first_];
    index_.visit(item, [&](FeedSubscription& subscription) {
      if (subscription.next_ != FeedSubscription::kLevel || !subscription.filter_.passes(item)) return;
      subscription.next_ = number;
      advance(subscription.positions_, level);
      wake(subscription, out);
    });
  }
  for (FeedSubscription* subscription : ending_) {
    if (subscription->next_ == FeedSubscription::kLevel && covers(positions_, *subscription->until_)) {
      wake(*subscription, out);
    }
  }
}

void Feed::trim() {
  while (newest_.size() > options_.newest_items_max || newest_bytes_ > options_.newest_bytes_max) {
    advance(before_, newest_.front()->position);
    newest_bytes_ -= size_bytes(*newest_.front());
    newest_.pop_front();
    ++first_;
  }
}

// Subscribers that were told of them already keep their place.
void Feed::forget(ContactId erased) {
  for (auto& item : newest_) {
    if (item->contact != erased) continue;
    newest_bytes_ -= size_bytes(*item);
    item = std::make_shared<const FeedItem>(FeedItem{.position = item->position, .contact = erased, .is_gone = true});
    newest_bytes_ += size_bytes(*item);
  }
  for (FeedSubscription* subscription : subscriptions_) {
    if (!subscription->ready_) continue;
    std::erase_if(subscription->ready_->items, [erased](const auto& item) { return item->contact == erased; });
  }
  pieces_are_stale_ = true;
}

// ---- Those behind

void Feed::read_for_the_late() {
  name_thread("feed, late");
  while (true) {
    std::shared_ptr<FeedSubscription> subscription;
    {
      std::unique_lock lock(mutex_);
      const auto is_due = [this] { return stopping_ || !late_.empty(); };
      if (!changed_.wait_for(lock, kPiecesKept, is_due)) pieces_.close();
      changed_.wait(lock, is_due);
      if (stopping_) return;
      subscription = late_.front().lock();
      late_.pop_front();
    }
    if (subscription == nullptr) continue;
    read_piece(*subscription);
    Waiters waiters;
    {
      const std::lock_guard lock(mutex_);
      subscription->reading_ = false;
      const bool joined = !is_ready(*subscription) && join(*subscription);
      if (is_ready(*subscription)) {
        wake(*subscription, waiters);
      } else if (!joined) {
        queue_for_reading(*subscription);
      }
    }
    call(waiters);
  }
}

// Only this thread touches its positions while reading_ is set.
void Feed::read_piece(FeedSubscription& subscription) {
  bool is_alone = false;
  {
    const std::lock_guard lock(mutex_);
    is_alone = late_.empty();
    if (std::exchange(pieces_are_stale_, false)) pieces_.forget();
  }
  const auto piece = pieces_.behind(subscription.positions_, is_alone ? kLateReadWait : kLateTurnWait);
  FeedItems passed;
  Positions behind = subscription.positions_;
  if (piece && *piece != nullptr) {
    for (const auto& item : (*piece)->items) {
      const bool is_new = item->position.offset > offset_in(behind, item->position.partition);
      if (is_new && subscription.filter_.passes(*item)) passed.push_back(item);
    }
    advance(behind, (*piece)->end);
  }
  const std::lock_guard lock(mutex_);
  if (pieces_are_stale_) return;  // it is read again, without whoever was erased meanwhile
  if (!piece) {
    subscription.error_ = piece.error();
  } else if (passed.empty()) {
    subscription.positions_ = std::move(behind);
  } else {
    subscription.ready_ = FeedBatch{std::move(passed), std::move(behind)};
  }
}

}  // namespace rapport
