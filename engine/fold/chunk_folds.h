// Folds chunks of whole streams on threads of their own, and gives what each left in the order of their coming.
//
//   records -> decode -> fold_whole_streams(), or StreamInPieces -> rows
//
// A chunk's memory and decoder serve the next one: the records' as soon as they are folded, for their rows may wait for
// those of a long chunk before them. One thread adds and takes.
#pragma once

#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/fold/record_decoder.h"
#include "engine/fold/work_queue.h"
#include "engine/log/event_log.h"
#include "projections/fold_step.h"

namespace rapport {

class ChunkFolds {
 public:
  // Neither the log nor what `how` refers to may go before it.
  ChunkFolds(const EventLog& log, const StreamsFold& how, std::size_t threads);

  // Records of whole streams, each stream's in log order; returns at once. `records` is left empty.
  void add(RecordBatch& records);
  // One stream's, which are decoded piece by piece.
  void add_stream(std::vector<RecordBatch> pieces);
  // An empty batch, with memory that served one before where there is some.
  RecordBatch spare_records();
  // Of the records that were added and whose rows are not yet taken.
  std::size_t size_bytes() const { return folding_bytes_; }
  bool empty() const { return folding_.empty(); }
  // Whether take() need not wait.
  bool is_ready() const;
  // Gives the rows of the oldest chunk, once they are there; only where there is one. Errors: as fold_whole_streams(),
  // and those of `read`.
  [[nodiscard]] Result<void> take(const std::function<Result<void>(FoldedStreams&)>& read);

 private:
  struct Chunk {
    explicit Chunk(const EventLog& log) : decoder(log) {}
    std::size_t records_bytes = 0;
    RecordDecoder decoder;
    FoldedStreams rows;
  };
  using ChunkPtr = std::unique_ptr<Chunk>;

  void post(std::size_t records_bytes, std::function<Result<void>(Chunk&)> fold);
  Result<void> fold_streams(Chunk& chunk, RecordBatch& records);
  Result<void> fold_stream(Chunk& chunk, std::vector<RecordBatch>& pieces);
  void keep_spare(RecordBatch&& records);

  const EventLog& log_;
  const StreamsFold how_;
  const std::size_t spares_max_;
  std::deque<std::future<Result<ChunkPtr>>> folding_;
  std::size_t folding_bytes_ = 0;
  std::vector<ChunkPtr> spare_;
  std::mutex spare_records_mutex_;
  std::vector<RecordBatch> spare_records_;
  WorkQueue workers_;
};

}  // namespace rapport
