// A log that gives nothing of the streams beside the control stream while it is held, but the records at checkpoints.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "engine/log/event_log.h"

namespace rapport {

class HeldLog final : public EventLog {
 public:
  explicit HeldLog(EventLog& inner) : inner_(inner) {}

  void hold() { set(true); }
  void release() { set(false); }
  // Nobody who comes now can read.
  std::atomic<bool> away = false;
  std::atomic<int> readers = 0;  // of streams, that came so far
  // Whoever reads this partition is told that it cannot.
  std::optional<Partition> broken;

  LogId id() const override { return inner_.id(); }
  std::int32_t partition_count() const override { return inner_.partition_count(); }
  void append(std::vector<NewRecord> records, AppendDone done) override { inner_.append(std::move(records), done); }
  Result<Positions> ends() override { return inner_.ends(); }
  LogHealth health() const override { return inner_.health(); }
  Result<std::unique_ptr<LogReader>> open_reader(const Positions& after) override {
    if (away) return Error{Errc::log_unavailable, "nobody answers"};
    const bool control_alone = after.size() == 1 && after.contains(kControlPartition);
    Positions read = after;
    if (broken) read.erase(*broken);
    auto reader = inner_.open_reader(read);
    if (!reader || control_alone) return reader;
    ++readers;
    return std::unique_ptr<LogReader>(std::make_unique<Reader>(*std::move(reader), *this, after.size() != read.size()));
  }

 private:
  class Reader final : public LogReader {
   public:
    Reader(std::unique_ptr<LogReader> inner, HeldLog& log, bool fails)
        : inner_(std::move(inner)), log_(log), fails_(fails) {}
    Result<void> read(const ReadLimits& limits, RecordBatch& out) override {
      const bool is_check = limits.records_max == 1;  // of the record at a checkpoint
      if (!is_check) {
        std::unique_lock lock(log_.mutex_);
        log_.changed_.wait_for(lock, limits.wait_max, [this] { return !log_.held_; });
        if (log_.held_) return {};
      }
      return inner_->read(limits, out);
    }
    Positions positions() const override { return inner_->positions(); }
    std::vector<PartitionFault> faults() const override {
      if (!fails_) return inner_->faults();
      return {{*log_.broken, Error{Errc::corrupt, "cannot be read", "partition"}}};
    }

   private:
    std::unique_ptr<LogReader> inner_;
    HeldLog& log_;
    const bool fails_;
  };

  void set(bool held) {
    const std::lock_guard lock(mutex_);
    held_ = held;
    changed_.notify_all();
  }

  EventLog& inner_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
};

}  // namespace rapport
