#include "engine/fold/record_feed.h"

#include <algorithm>
#include <utility>

#include "events/thread_name.h"
#include "projections/store/give_way.h"

namespace rapport {
namespace {

constexpr std::chrono::milliseconds kRetryDelay{200};
constexpr std::chrono::milliseconds kEndsAge{500};

bool is_level(const Positions& reached, const Positions& ends) {
  return std::all_of(reached.begin(), reached.end(), [&](const auto& row) {
    const auto end = ends.find(row.first);
    return end == ends.end() || row.second >= end->second;
  });
}

}  // namespace

RecordFeed::RecordFeed(EventLog& log, std::unique_ptr<LogReader> reader, const ReadLimits& limits)
    : log_(log), reader_(std::move(reader)), decoder_(log), limits_(limits), thread_([this] { run(); }) {}

RecordFeed::~RecordFeed() {
  stop();
  thread_.join();
}

std::unique_ptr<DecodedBatch> RecordFeed::take(Clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, deadline, [this] { return !ready_.empty() || poked_ || stopping_; });
  poked_ = false;
  if (ready_.empty() || stopping_) return nullptr;
  auto batch = std::move(ready_.front());
  ready_.pop_front();
  changed_.notify_all();
  return batch;
}

void RecordFeed::recycle(std::unique_ptr<DecodedBatch> batch) {
  const std::lock_guard lock(mutex_);
  spare_.push_back(std::move(batch));
}

void RecordFeed::poke() {
  const std::lock_guard lock(mutex_);
  poked_ = true;
  changed_.notify_all();
}

void RecordFeed::stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

std::optional<Error> RecordFeed::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

Positions RecordFeed::ends() const {
  const std::lock_guard lock(mutex_);
  return ends_;
}

void RecordFeed::set_error(std::optional<Error> error) {
  const std::lock_guard lock(mutex_);
  error_ = std::move(error);
}

void RecordFeed::refresh_ends() {
  auto ends = log_.ends();
  if (!ends) return set_error(ends.error());
  const std::lock_guard lock(mutex_);
  ends_ = *std::move(ends);
}

// True where there is news for the folding thread.
bool RecordFeed::read_next(DecodedBatch& batch) {
  batch.bytes.clear();
  const Positions before = reader_->positions();
  const auto read = reader_->read(limits_, batch.bytes);
  set_error(read ? std::nullopt : std::optional(read.error()));
  batch.reached = reader_->positions();
  batch.faults = reader_->faults();
  // Also of a read that failed: a topic that is deleted is both, a log that does not answer and partitions that are
  // gone.
  const bool has_faults = batch.faults.size() != std::exchange(faults_told_, batch.faults.size());
  if (!read && !has_faults) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kRetryDelay, [this] { return stopping_; });
    return false;
  }
  if (!decode(batch)) return false;
  return !batch.records.empty() || batch.reached != before || has_faults;
}

// As soon as the keys that machines share can be asked for: a fold that met an unread record would halt. False:
// stopped.
bool RecordFeed::decode(DecodedBatch& batch) {
  while (true) {
    decoder_.decode_into(batch.records, batch.bytes);
    const auto waits = std::find_if(batch.records.begin(), batch.records.end(), [](const FoldRecord& record) {
      return record.unread && record.unread->code == Errc::log_unavailable;
    });
    if (waits == batch.records.end()) return true;
    set_error(*waits->unread);
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, kRetryDelay, [this] { return stopping_; })) return false;
    error_.reset();
  }
}

void RecordFeed::run() {
  name_thread("decode");
  give_way_to_answers();
  Clock::time_point ends_due{};
  while (true) {
    std::unique_ptr<DecodedBatch> batch;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || ready_.size() < kBatchesAhead; });
      if (stopping_) return;
      if (!spare_.empty()) {
        batch = std::move(spare_.back());
        spare_.pop_back();
      }
    }
    if (batch == nullptr) batch = std::make_unique<DecodedBatch>();
    const bool news = read_next(*batch);
    if (const auto now = Clock::now(); now >= ends_due) {
      refresh_ends();
      ends_due = now + kEndsAge;
    }
    if (!news) {
      recycle(std::move(batch));
      continue;
    }
    const std::lock_guard lock(mutex_);
    batch->is_level = is_level(batch->reached, ends_);
    ready_.push_back(std::move(batch));
    changed_.notify_all();
  }
}

}  // namespace rapport
