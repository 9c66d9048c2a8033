#include "engine/fold/fold_status.h"

#include <algorithm>

namespace rapport {
namespace {

void add_partition(FoldStatus& status, Partition partition, Offset reached, Offset end,
                   const Checkpoints& checkpoints) {
  PartitionStatus row{.partition = partition, .position = reached, .end = std::max(reached, end)};
  row.lag = row.end.value - row.position.value;
  const auto checkpoint = checkpoints.find(partition);
  if (checkpoint != checkpoints.end() && checkpoint->second.offset >= Offset{0}) {
    row.recorded_at = checkpoint->second.recorded_at;
  }
  status.lag_events += row.lag;
  if (row.lag > 0 && row.recorded_at) {
    row.lag_seconds = static_cast<double>(now_wall_clock().ms - row.recorded_at->ms) / 1'000;
    status.lag_seconds = std::max(status.lag_seconds, row.lag_seconds);
  }
  status.partitions.push_back(std::move(row));
}

}  // namespace

FoldStatus status_of(const Positions& reached, const Positions& ends, const OwnedPartitions& owned,
                     const Checkpoints& checkpoints) {
  FoldStatus status;
  for (const auto& [partition, offset] : reached) {
    if (is_folded(owned, partition)) add_partition(status, partition, offset, offset_in(ends, partition), checkpoints);
  }
  return status;
}

}  // namespace rapport
