// A log in memory of which a simulation says what happens when: when an append is written, when it is answered and how,
// when readers see what was written. What is written outlives the log, as on a disk (SimulatedStore).
//
// Invariants:
// - Those of EventLog, for whoever uses it: an acknowledged record stands in the store, in order. An append that is
//   answered with an error may have been written or not.
// - Until it is set to be simulated, every append is written, answered and readable at once.
// - Thread-safe. What waits, waits in the order in which it came.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/log/event_log.h"

namespace rapport::simulation {

struct SimulatedStore {
  struct Record {
    Timestamp recorded_at;
    std::string key, value;
  };

  explicit SimulatedStore(std::int32_t partitions);

  LogId id{0x51a0c0de};
  std::map<Partition, std::vector<Record>> records;
  Positions readable;  // by partition, the last record that readers see
  Timestamp clock{1'767'225'600'000};
  // A bug of the log's, for the test of the simulation: readers are not given the record at these positions.
  std::vector<LogPosition> skipped;
};

class SimulatedLog final : public EventLog {
 public:
  explicit SimulatedLog(SimulatedStore& store) : store_(store) {}

  void simulate();

  // Of the appends that wait: how many, and whether the nth can be written before those in front of it are: it shares
  // no partition with one that is not.
  std::size_t waiting() const;
  bool can_be_written(std::size_t nth) const;
  bool is_written(std::size_t nth) const;
  void write(std::size_t nth);
  // On this thread; an error, or the positions of what was written.
  void answer(std::size_t nth, std::optional<Error> error);

  // The next append of this thread is answered at once, and written nowhere: it only goes the way that appends go.
  void let_one_pass();

  // For good: what waits and whatever comes is answered that it cannot be reached, and nothing more is written.
  void go_away();

  // What is written of the partition and not readable yet.
  std::size_t unread(Partition partition) const;
  void show(Partition partition, std::size_t records);
  Positions readable() const;

  LogId id() const override { return store_.id; }
  std::int32_t partition_count() const override { return static_cast<std::int32_t>(store_.records.size()) - 1; }
  void append(std::vector<NewRecord> records, AppendDone done) override;
  [[nodiscard]] Result<std::unique_ptr<LogReader>> open_reader(const Positions& after) override;
  [[nodiscard]] Result<Positions> ends() override { return readable(); }
  LogHealth health() const override { return {}; }

 private:
  class Reader;
  struct Append {
    std::vector<NewRecord> records;
    AppendDone done;
    std::vector<LogPosition> positions;  // once it is written
  };

  std::vector<LogPosition> put(const std::vector<NewRecord>& records);

  SimulatedStore& store_;
  mutable std::mutex mutex_;
  std::condition_variable shown_;
  bool is_simulated_ = false, is_gone_ = false;
  std::thread::id passes_;
  std::deque<Append> waiting_;
};

}  // namespace rapport::simulation
