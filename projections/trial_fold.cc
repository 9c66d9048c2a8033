#include "projections/trial_fold.h"

namespace rapport {
namespace {

std::shared_ptr<Store> fork_of(const std::shared_ptr<const View>& base) {
  return {base->store().fork(base->at()).release(), [base](const Store* fork) { delete fork; }};
}

}  // namespace

TrialFold::TrialFold(std::shared_ptr<const View> base)
    : store_(fork_of(base)),
      memory_{StateCache(0),
              {},
              base->checkpoints(),
              std::make_shared<const ControlState>(base->control()),
              base->indexes()},
      view_(std::move(base)) {}

LogPosition TrialFold::next_position(Partition partition) const {
  const auto at = memory_.checkpoints.find(partition);
  return {partition, Offset{at == memory_.checkpoints.end() ? 0 : at->second.offset.value + 1}};
}

Result<std::vector<Outcome>> TrialFold::fold(std::span<FoldRecord> records) {
  RowBuffer rows;
  auto outcomes = fold_step(*store_, memory_, records, rows);
  if (!outcomes) return outcomes;
  RowBatch batch;
  rows.move_into(batch);
  RAPPORT_TRY(store_->write(batch, Durability::buffered));
  memory_.cache.clear();
  view_ = std::make_shared<const View>(store_, memory_.checkpoints, memory_.control, memory_.indexes);
  return outcomes;
}

}  // namespace rapport
