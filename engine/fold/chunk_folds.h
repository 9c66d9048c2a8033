// Folds chunks of whole streams on threads of their own, and gives what each left in the order of their coming.
//
//   records -> decode -> fold_new_streams() -> rows
//
// A thread lives as long as this does, because what a decoder, a fold and an allocator set up for one chunk serves for
// the next. One thread adds and takes.
#pragma once

#include <condition_variable>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/log/event_log.h"
#include "projections/fold_step.h"

namespace rapport {

class ChunkFolds {
 public:
  using Rows = std::unique_ptr<NewStreams>;

  // Neither the log nor what `how` refers to may go before it.
  ChunkFolds(const EventLog& log, const NewStreamsFold& how, std::size_t threads);
  // What has not begun is dropped.
  ~ChunkFolds();

  // Records of whole streams, each stream's in log order; returns at once. `chunk` is left empty.
  void add(RecordBatch& chunk);
  // Added and not yet taken.
  std::size_t size() const { return folding_.size(); }
  // The rows of the oldest chunk, once they are there; only where there is one. Errors: as fold_new_streams().
  [[nodiscard]] Result<Rows> take();
  // Rows that have been read, for another chunk to use their memory.
  void give_back(Rows rows);

 private:
  struct Chunk {
    RecordBatch records;
    std::promise<Result<Rows>> folded;
  };

  void run();
  [[nodiscard]] Result<Rows> fold(class RecordDecoder& decoder, const RecordBatch& records);

  const EventLog& log_;
  const NewStreamsFold how_;
  std::deque<std::future<Result<Rows>>> folding_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Chunk> waiting_;
  std::vector<RecordBatch> spare_batches_;  // empty ones
  std::vector<Rows> spare_rows_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace rapport
