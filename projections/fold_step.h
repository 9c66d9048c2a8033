// One step of the fold: a batch of records onto the rows they touch, each stream's state read and written once, rows in
// key order.
//
// The step works on the generation's own cache, digests and checkpoints: when it fails, they are void and the
// generation is opened again.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "projections/contact_fold.h"
#include "projections/control_fold.h"
#include "projections/index_catalog.h"
#include "projections/state_cache.h"
#include "projections/step_context.h"

namespace rapport {

// What a generation keeps from one step to the next.
struct FoldMemory {
  StateCache cache;
  DigestBuckets buckets;
  Checkpoints checkpoints;
  std::shared_ptr<const ControlState> control;
  IndexCatalog indexes;
  ContactApply apply_to_contact = apply;
};

// Adds the step's rows and checkpoints to `rows`; returns one outcome per record, in order.
// Errors: storage_failed, corrupt; those of check_all_read(); internal (the fold threw: the detail names the record).
[[nodiscard]] Result<std::vector<Outcome>> fold_step(const Store& store, FoldMemory& memory,
                                                     std::span<FoldRecord> records, RowBuffer& rows);

// Nothing of the step is folded where one cannot be told what it is: what cannot be read may be read tomorrow, once the
// key or the disk is back. Errors: what it is unread for, with its place.
[[nodiscard]] Result<void> check_all_read(std::span<const FoldRecord> records);

// What streams are folded by that come whole, each with all of its records of a stretch of the log.
struct StreamsFold {
  const IndexCatalog& indexes;
  ContactApply apply_to_contact = apply;
  const Store* onto = nullptr;  // the rows of what was folded before, which stand still; null: nothing was
};

// What some streams leave.
struct FoldedStreams {
  RowBuffer rows;
  Checkpoints checkpoints;  // what is counted more, and what the digest gains; not how far the partitions go
  DigestBuckets buckets;    // what they gain
};

// Adds what whole streams leave, each stream's records in log order; not the control stream's. Any number of threads
// may each fold streams of their own. Errors: as fold_step().
[[nodiscard]] Result<void> fold_whole_streams(const StreamsFold& how, std::span<FoldRecord> records,
                                              FoldedStreams& out);

// The same of one stream whose records come in pieces, so that what they are decoded to need not all be there at once.
// Memory grows with the rows that it leaves. One thread.
class StreamInPieces {
 public:
  // Neither what `how` refers to nor `out` may go before it.
  StreamInPieces(const StreamsFold& how, FoldedStreams& out);
  ~StreamInPieces();

  // The stream's next records, in log order. Errors: as fold_step().
  [[nodiscard]] Result<void> fold(std::span<FoldRecord> records);
  // No more come. Errors: as fold_step().
  [[nodiscard]] Result<void> finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// A control row: an accepted event's bytes and its time in the stream.
struct ControlRow {
  Timestamp time{};
  std::string event;
};
std::string encode_control_row(const ControlRow& row);
// Errors: corrupt.
[[nodiscard]] Result<ControlRow> decode_control_row(std::string_view row);

}  // namespace rapport
