// How far a fold is, and what keeps it from going on.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/fold/owned_partitions.h"
#include "projections/checkpoint.h"

namespace rapport {

struct PartitionStatus {
  Partition partition;
  Offset position, end;                  // folded; the log's
  std::int64_t lag = 0;                  // offsets between them
  double lag_seconds = 0;                // age of the last record folded; 0 when level
  std::optional<Timestamp> recorded_at;  // of the last record folded
  std::optional<Error> error;
};

struct CatchUpProgress {
  std::uint64_t records = 0, total = 0;
  bool is_first = false;  // there are no rows of streams yet
};

struct FoldStatus {
  std::vector<PartitionStatus> partitions;
  std::int64_t lag_events = 0;
  double lag_seconds = 0;       // age of the last record folded of the partition furthest behind; 0 when level
  std::optional<Error> halted;  // for good, or until the disk has room, or damaged rows are folded anew
  std::optional<Error> damage;  // what was met in the live generation's rows
  std::optional<std::uint32_t> frozen_version;  // the live generation is of this fold version, and is not moved
  std::optional<CatchUpProgress> catch_up;      // while one is under way (catch_up.h)
  std::uint64_t steps = 0;
  std::uint64_t records = 0;          // folded since start
  std::chrono::nanoseconds rested{};  // giving way to publishers, since start (fold_rest.h)
};

// Of the partitions owned that are folded up to `reached`, of a log that ends at `ends`, as it is now.
FoldStatus status_of(const Positions& reached, const Positions& ends, const OwnedPartitions& owned,
                     const Checkpoints& checkpoints);

}  // namespace rapport
