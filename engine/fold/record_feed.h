// The log's records, read ahead and decoded on a thread of their own, for the thread that folds them.
//
// Invariants: at most kBatchesAhead batches wait; a log that does not answer is asked again, and error() says so; a
// partition that cannot be read on is told with the next batch, once, and the others go on.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "engine/fold/record_decoder.h"
#include "engine/log/event_log.h"

namespace rapport {

struct DecodedBatch {
  RecordBatch bytes;
  std::vector<FoldRecord> records;     // with views into `bytes`
  Positions reached;                   // the reader's, behind these records
  std::vector<PartitionFault> faults;  // all there are
  bool is_level = false;               // no record stood behind these when the log was last asked where it ends
};

class RecordFeed {
 public:
  static constexpr std::size_t kBatchesAhead = 1;
  using Clock = std::chrono::steady_clock;

  RecordFeed(EventLog& log, std::unique_ptr<LogReader> reader, const ReadLimits& limits);
  ~RecordFeed();

  // Waits for the next batch; null at the deadline, after a poke(), and after stop().
  std::unique_ptr<DecodedBatch> take(Clock::time_point deadline);
  // Gives a batch's memory back.
  void recycle(std::unique_ptr<DecodedBatch> batch);

  // Thread-safe: ends a take() that waits, or the next one.
  void poke();
  void stop();

  // Thread-safe. What keeps the log from being read now.
  std::optional<Error> error() const;
  // Thread-safe. Where the log ended when that was last asked.
  Positions ends() const;

 private:
  void run();
  bool read_next(DecodedBatch& batch);
  bool decode(DecodedBatch& batch);
  void refresh_ends();
  void set_error(std::optional<Error> error);

  EventLog& log_;
  std::unique_ptr<LogReader> reader_;
  RecordDecoder decoder_;
  ReadLimits limits_;
  std::size_t faults_told_ = 0;  // of the reader's, which only grow

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::unique_ptr<DecodedBatch>> ready_;
  std::vector<std::unique_ptr<DecodedBatch>> spare_;
  bool poked_ = false, stopping_ = false;
  std::optional<Error> error_;
  Positions ends_;

  std::thread thread_;
};

}  // namespace rapport
