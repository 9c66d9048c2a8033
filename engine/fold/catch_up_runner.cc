#include "engine/fold/catch_up_runner.h"

#include <algorithm>
#include <utility>

namespace rapport {
namespace {

constexpr int kFailuresMax = 3;
constexpr std::uint64_t kStepsMin = 4;  // in a row: fewer are sooner done than a catch-up

}  // namespace

std::optional<CatchUpDue> CatchUpRunner::needed(const Generation& generation, const OwnedPartitions& partitions) const {
  if (failures_ >= kFailuresMax) return std::nullopt;
  return catch_up_due(log_, generation, partitions, records_min_);
}

std::optional<CatchUpDue> CatchUpRunner::needed_behind_steps(const Generation& generation,
                                                             const OwnedPartitions& partitions,
                                                             const Positions& reached, const Positions& ends,
                                                             std::uint64_t step_records_max) const {
  const std::uint64_t records_min = std::max(records_min_, kStepsMin * step_records_max);
  if (!is_far_behind(reached, ends, partitions, records_min)) return std::nullopt;
  auto due = needed(generation, partitions);
  if (due) due->behind_steps = true;
  return due;
}

void CatchUpRunner::set_due(std::optional<CatchUpDue> due) {
  take().reset();
  const std::lock_guard lock(mutex_);
  due_ = std::move(due);
}

std::unique_ptr<CatchUp> CatchUpRunner::take() {
  const std::lock_guard lock(mutex_);
  return std::move(catch_up_);
}

bool CatchUpRunner::begin(const std::shared_ptr<Generation>& generation, Offset control) {
  if (!due_ || catch_up_) return false;
  if (control < offset_in(due_->until, kControlPartition) || !generation->has_whole_indexes()) return false;
  auto begun = std::make_unique<CatchUp>(log_, generation, *due_, ended_);
  const std::lock_guard lock(mutex_);
  catch_up_ = std::move(begun);
  return true;
}

CatchUpRunner::End CatchUpRunner::end(const Generation& live) {
  End how{.ended = take()};
  how.built = how.ended->built_for(live);
  if (how.built) how.taken = how.ended->hand_over();
  if (how.built && how.taken) {
    failures_ = 0;
  } else {
    how.ended.reset();
    failures_ = !how.built && !errc_retriable(how.built.error().code) ? kFailuresMax : failures_ + 1;
  }
  return how;
}

std::optional<CatchUpProgress> CatchUpRunner::progress() const {
  const std::lock_guard lock(mutex_);
  if (!due_) return std::nullopt;
  return CatchUpProgress{catch_up_ ? catch_up_->records() : 0, due_->records, due_->is_first};
}

}  // namespace rapport
