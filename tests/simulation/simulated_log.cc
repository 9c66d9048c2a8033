#include "tests/simulation/simulated_log.h"

#include <algorithm>

#include "engine/log/log_opened.h"

namespace rapport::simulation {
namespace {

const Error kGone{Errc::log_unavailable, "the log is gone"};

}  // namespace

SimulatedStore::SimulatedStore(std::int32_t partitions) {
  for (std::int32_t i = kControlPartition.value; i < partitions; ++i) {
    records[Partition{i}];
    readable[Partition{i}] = Offset{};
  }
  const NewRecord opened = make_log_opened(id, partitions);
  records[kControlPartition].push_back({clock, opened.key, opened.value});
  readable[kControlPartition] = Offset{0};
}

class SimulatedLog::Reader final : public LogReader {
 public:
  Reader(SimulatedLog& log, Positions after) : log_(log), positions_(std::move(after)) {}

  Result<void> read(const ReadLimits& limits, RecordBatch& out) override {
    std::unique_lock lock(log_.mutex_);
    log_.shown_.wait_for(lock, limits.wait_max, [this] { return has_more(); });
    std::size_t records = 0;
    for (auto& [partition, offset] : positions_) {  // the control stream first
      const Offset until = log_.store_.readable.at(partition);
      while (offset < until && records < limits.records_max && out.size_bytes() < limits.bytes_max) {
        ++offset.value;
        const auto& record = log_.store_.records.at(partition)[static_cast<std::size_t>(offset.value)];
        const LogPosition position{partition, offset};
        const auto& skipped = log_.store_.skipped;
        if (std::find(skipped.begin(), skipped.end(), position) != skipped.end()) continue;
        out.add(position, record.recorded_at, record.key, record.value);
        ++records;
      }
    }
    return {};
  }

  Positions positions() const override { return positions_; }
  std::vector<PartitionFault> faults() const override { return {}; }

 private:
  bool has_more() const {
    return std::any_of(positions_.begin(), positions_.end(),
                       [this](const auto& row) { return row.second < log_.store_.readable.at(row.first); });
  }

  SimulatedLog& log_;
  Positions positions_;
};

void SimulatedLog::simulate() {
  const std::lock_guard lock(mutex_);
  is_simulated_ = true;
}

// One that a worker of the engine brings only now ends like those that wait: else a story would depend on who is first.
void SimulatedLog::go_away() {
  std::unique_lock lock(mutex_);
  is_gone_ = true;
  const std::deque<Append> unanswered = std::exchange(waiting_, {});
  lock.unlock();
  for (const Append& append : unanswered) append.done(kGone);
}

std::size_t SimulatedLog::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

bool SimulatedLog::can_be_written(std::size_t nth) const {
  const std::lock_guard lock(mutex_);
  if (!waiting_[nth].positions.empty()) return false;
  const auto has_partition = [](const Append& append, Partition partition) {
    return std::any_of(append.records.begin(), append.records.end(),
                       [&](const NewRecord& record) { return record.partition == partition; });
  };
  for (std::size_t i = 0; i < nth; ++i) {
    if (!waiting_[i].positions.empty()) continue;
    for (const NewRecord& record : waiting_[nth].records) {
      if (has_partition(waiting_[i], record.partition)) return false;
    }
  }
  return true;
}

bool SimulatedLog::is_written(std::size_t nth) const {
  const std::lock_guard lock(mutex_);
  return !waiting_[nth].positions.empty();
}

void SimulatedLog::write(std::size_t nth) {
  const std::lock_guard lock(mutex_);
  waiting_[nth].positions = put(waiting_[nth].records);
}

void SimulatedLog::answer(std::size_t nth, std::optional<Error> error) {
  std::unique_lock lock(mutex_);
  Append append = std::move(waiting_[nth]);
  waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(nth));
  lock.unlock();
  error ? append.done(*std::move(error)) : append.done(std::move(append.positions));
}

void SimulatedLog::let_one_pass() {
  const std::lock_guard lock(mutex_);
  passes_ = std::this_thread::get_id();
}

std::size_t SimulatedLog::unread(Partition partition) const {
  const std::lock_guard lock(mutex_);
  const auto written = static_cast<std::int64_t>(store_.records.at(partition).size());
  return static_cast<std::size_t>(written - 1 - store_.readable.at(partition).value);
}

void SimulatedLog::show(Partition partition, std::size_t records) {
  const std::lock_guard lock(mutex_);
  store_.readable.at(partition).value += static_cast<std::int64_t>(records);
  shown_.notify_all();
}

Positions SimulatedLog::readable() const {
  const std::lock_guard lock(mutex_);
  return store_.readable;
}

void SimulatedLog::append(std::vector<NewRecord> records, AppendDone done) {
  if (auto checked = check_records(records, partition_count()); !checked) return done(checked.error());
  std::unique_lock lock(mutex_);
  if (is_gone_) {
    lock.unlock();
    return done(kGone);
  }
  if (passes_ == std::this_thread::get_id()) {
    passes_ = {};
    lock.unlock();
    return done(std::vector<LogPosition>(records.size()));
  }
  if (is_simulated_) {
    waiting_.push_back({std::move(records), std::move(done), {}});
    return;
  }
  auto positions = put(records);
  for (const LogPosition& position : positions) store_.readable.at(position.partition) = position.offset;
  shown_.notify_all();
  lock.unlock();
  done(std::move(positions));
}

Result<std::unique_ptr<LogReader>> SimulatedLog::open_reader(const Positions& after) {
  const std::lock_guard lock(mutex_);
  for (const auto& [partition, offset] : after) {
    const auto end = store_.readable.find(partition);
    if (end == store_.readable.end()) return Error{Errc::invalid_argument, "no such partition"};
    if (offset > end->second) return Error{Errc::position_gone, "the log ends before that"};
  }
  return std::unique_ptr<LogReader>(new Reader(*this, after));
}

std::vector<LogPosition> SimulatedLog::put(const std::vector<NewRecord>& records) {
  std::vector<LogPosition> positions;
  for (const NewRecord& record : records) {
    auto& of_partition = store_.records.at(record.partition);
    positions.push_back({record.partition, Offset{static_cast<std::int64_t>(of_partition.size())}});
    of_partition.push_back({record.recorded_at.value_or(store_.clock), record.key, record.value});
  }
  return positions;
}

}  // namespace rapport::simulation
