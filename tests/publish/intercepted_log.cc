#include "tests/publish/intercepted_log.h"

namespace rapport {

class InterceptedLog::Reader final : public LogReader {
 public:
  Reader(InterceptedLog& log, std::unique_ptr<LogReader> inner) : log_(log), inner_(std::move(inner)) {}

  Result<void> read(const ReadLimits& limits, RecordBatch& out) override {
    {
      std::unique_lock lock(log_.mutex_);
      if (!log_.let_go_.wait_for(lock, limits.wait_max, [this] { return !log_.held_; })) return {};
      ++log_.reading_;
    }
    auto read = inner_->read(limits, out);
    const std::lock_guard lock(log_.mutex_);
    --log_.reading_;
    log_.let_go_.notify_all();
    return read;
  }
  Positions positions() const override { return inner_->positions(); }
  std::vector<PartitionFault> faults() const override { return inner_->faults(); }

 private:
  InterceptedLog& log_;
  std::unique_ptr<LogReader> inner_;
};

void InterceptedLog::hold_readers(bool held) {
  std::unique_lock lock(mutex_);
  held_ = held;
  let_go_.notify_all();
  let_go_.wait(lock, [this] { return !held_ || reading_ == 0; });
}

void InterceptedLog::append(std::vector<NewRecord> records, AppendDone done) {
  if (auto refused = before(records)) return done(*std::move(refused));
  inner_.append(std::move(records), [this, tell = std::move(done)](auto positions) {
    if (auto failed = after()) return tell(*std::move(failed));
    tell(std::move(positions));
  });
}

Result<std::unique_ptr<LogReader>> InterceptedLog::open_reader(const Positions& after_positions) {
  auto reader = inner_.open_reader(after_positions);
  if (!reader) return reader.error();
  return std::unique_ptr<LogReader>(std::make_unique<Reader>(*this, *std::move(reader)));
}

}  // namespace rapport
