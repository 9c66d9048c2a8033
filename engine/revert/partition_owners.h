// Who folds which of the log's partitions, where many engines share it: a revert finds what was written in the rows of
// whoever owns the partition, and nowhere else. Implemented by engine/group.
#pragma once

#include <optional>

#include "engine/revert/revert_step.h"

namespace rapport {

class PartitionOwners {
 public:
  virtual ~PartitionOwners() = default;

  // Of a partition that is ours, and folded as far as whoever had it before: a number that is another one each time
  // that it becomes ours. Absent: it is not. Thread-safe.
  virtual std::optional<std::uint64_t> tenure(Partition partition) const = 0;

  // Has the step's partition's owner take it, another engine. Blocks; thread-safe. Errors: unreachable (nobody is known
  // to own it, who does not answer, or it moved meanwhile: it may have been taken); Reverter::take_owned's there.
  [[nodiscard]] virtual Result<RevertPiece> ask(const RevertStep& step) = 0;
};

}  // namespace rapport
