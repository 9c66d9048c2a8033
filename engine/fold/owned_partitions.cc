#include "engine/fold/owned_partitions.h"

#include <algorithm>

namespace rapport {

bool is_folded(const OwnedPartitions& owned, Partition partition) {
  return !owned || partition == kControlPartition || owned->contains(partition);
}

bool share_one(const OwnedPartitions& one, const OwnedPartitions& other) {
  if (!one || !other) return true;
  return std::ranges::any_of(*one, [&](Partition partition) { return other->contains(partition); });
}

Positions folded_partitions(const EventLog& log, const OwnedPartitions& owned, const Checkpoints& checkpoints) {
  Positions out{{kControlPartition, Offset{}}};
  for (std::int32_t i = 0; i < log.partition_count(); ++i) {
    if (is_folded(owned, Partition{i})) out.emplace(Partition{i}, Offset{});
  }
  for (const auto& [partition, checkpoint] : checkpoints) {
    if (is_folded(owned, partition)) out[partition] = checkpoint.offset;
  }
  return out;
}

Checkpoints of_owned(Checkpoints checkpoints, const OwnedPartitions& owned) {
  std::erase_if(checkpoints, [&](const auto& row) { return !is_folded(owned, row.first); });
  return checkpoints;
}

}  // namespace rapport
