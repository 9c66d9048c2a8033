// What the parts of one fold step share: the records, the rows they are folded onto, and where the results go.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "projections/checkpoint.h"
#include "projections/digest_buckets.h"
#include "projections/fold_record.h"
#include "projections/index_catalog.h"
#include "projections/row_buffer.h"
#include "projections/stream_fold.h"

namespace rapport {

struct StepContext {
  const Store* store;  // what was folded before; null: nothing, there is nothing to look up
  std::span<FoldRecord> records;
  std::vector<Outcome>& outcomes;  // one per record
  Checkpoints& checkpoints;
  DigestBuckets& buckets;
  const IndexCatalog& indexes;
  RowBuffer& rows;
  // The record that apply() is at work on: should it throw, which is a bug of ours, the record is told with it.
  std::optional<std::uint32_t> applying = std::nullopt;

  RecordedEvent& recorded(std::uint32_t index) const { return records[index].recorded; }
  // outcomes[index] = apply(rows, the record)
  template <class Rows, class Apply>
  void apply_to(Rows& stream, std::uint32_t index, const Apply& apply) {
    applying = index;
    outcomes[index] = apply(stream, std::move(recorded(index)));
    applying.reset();
  }
  Checkpoint& checkpoint_of(std::uint32_t index) const { return checkpoints[recorded(index).position.partition]; }
};

// The places of one stream's records, in log order.
using RecordIndexes = std::vector<std::uint32_t>;

// Appends the timeline and seen rows that `stream` gained; takes away those it had when it was erased. Errors:
// storage_failed.
[[nodiscard]] Result<void> write_stream_rows(StepContext& step, const StreamRows& stream);

// Takes away the rows under the prefix that were there before the step. Errors: storage_failed.
[[nodiscard]] Result<void> erase_rows_under(StepContext& step, std::string_view prefix);

// The stream's part of its partition's digest moves from `before` to `after`.
void change_digest(StepContext& step, Partition partition, std::string_view stream_key, Digest before, Digest after);

}  // namespace rapport
