// A log in front of another, which counts what is read of it.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "engine/log/event_log.h"

namespace rapport {

class CountedLog final : public EventLog {
 public:
  explicit CountedLog(EventLog& inner) : inner_(inner) {}

  LogId id() const override { return inner_.id(); }
  std::int32_t partition_count() const override { return inner_.partition_count(); }
  void append(std::vector<NewRecord> records, AppendDone done) override { inner_.append(std::move(records), done); }
  Result<std::unique_ptr<LogReader>> open_reader(const Positions& after) override {
    ++opened_;
    auto inner = inner_.open_reader(after);
    if (!inner) return inner.error();
    return std::unique_ptr<LogReader>(std::make_unique<Reader>(*std::move(inner), read_));
  }
  Result<Positions> ends() override { return inner_.ends(); }
  LogHealth health() const override { return inner_.health(); }

  std::size_t read() const { return read_; }
  std::size_t opened() const { return opened_; }

 private:
  class Reader final : public LogReader {
   public:
    Reader(std::unique_ptr<LogReader> inner, std::atomic<std::size_t>& count)
        : inner_(std::move(inner)), count_(count) {}
    Result<void> read(const ReadLimits& limits, RecordBatch& out) override {
      const std::size_t before = out.size();
      auto done = inner_->read(limits, out);
      count_ += out.size() - before;
      return done;
    }
    Positions positions() const override { return inner_->positions(); }
    std::vector<PartitionFault> faults() const override { return inner_->faults(); }

   private:
    std::unique_ptr<LogReader> inner_;
    std::atomic<std::size_t>& count_;
  };

  EventLog& inner_;
  std::atomic<std::size_t> read_{0}, opened_{0};
};

}  // namespace rapport
