// Folds a log, or a long stretch of it, stream by stream, not record by record: it is sorted by stream first, so that
// each stream's records stand together, its state is looked up once at most, and its rows come in key order.
//
//   log -> sorted runs by stream, then log order -> chunks of whole streams -> decode and fold, on every core
//       -> files of rows in key order -> the generation takes them all at once
//
// Invariants: the same rows and digests as record by record. Memory is bounded by the options, whatever the log's size.
#pragma once

#include <memory>

#include "engine/fold/refold.h"

namespace rapport {

struct SortedRefoldOptions {
  std::size_t sort_bytes = 32u << 20;        // of each of two buffers of records
  std::size_t chunk_bytes = 256u << 10;      // of the records that are decoded and folded at once
  std::size_t stream_bytes_max = 32u << 20;  // of a stream's records that are folded in memory
  std::size_t long_step_bytes = 2u << 20;    // of such a longer stream, what is decoded and folded at once
  std::size_t ahead_bytes_max = 48u << 20;   // of the records of chunks that wait for one before them to be folded
};

// All streams but the control stream, as files. One thread at a time.
class SortedRefold {
 public:
  // Works in `directory`. Neither the log nor what `how` refers to may go before it, and the rows that it folds onto
  // stand still.
  SortedRefold(EventLog& log, const std::filesystem::path& directory, const StreamsFold& how,
               const RefoldProgress& progress, const SortedRefoldOptions& options = {});
  ~SortedRefold();

  // From behind `after` up to and including `until`, whatever that says of the control stream. Errors: as refold().
  [[nodiscard]] Result<void> build(const Positions& after, Positions until);
  // Behind that, to the generation that it was built for; on its folding thread. Errors: as Generation::take().
  [[nodiscard]] Result<void> hand_over(Generation& generation);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// The control stream record by record, and the others so, into one that is new. Up to and including `until`, control
// stream included. `progress` counts a record by halves: once it is sorted, and once it is folded. Errors: as refold();
// after one the generation is as it was, but for the control stream.
[[nodiscard]] Result<void> refold_sorted(EventLog& log, Generation& generation, const Positions& until,
                                         const RefoldProgress& progress, const SortedRefoldOptions& options = {});

}  // namespace rapport
