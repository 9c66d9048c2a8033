// What events would come to if the log held them now: folded onto a view as any others are, and nothing of it is
// written. Behind every dry run.
//
// Invariants: the fold is fold_step, so that what a dry run shows is what the write gives, as long as nobody writes in
// between. Digests are not kept. One thread.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "projections/fold_step.h"
#include "projections/view.h"

namespace rapport {

class TrialFold {
 public:
  explicit TrialFold(std::shared_ptr<const View> base);

  // Where the next record of the partition would stand.
  LogPosition next_position(Partition partition) const;

  // As Generation::fold.
  [[nodiscard]] Result<std::vector<Outcome>> fold(std::span<FoldRecord> records);

  // With all that was folded. It may outlive the trial; of several, only the newest may be read.
  std::shared_ptr<const View> view() const { return view_; }

 private:
  std::shared_ptr<Store> store_;  // a fork of the base's; holds the base
  FoldMemory memory_;
  std::shared_ptr<const View> view_;
};

}  // namespace rapport
