#include "engine/fold/recent_outcomes.h"

#include <algorithm>

namespace rapport {

void RecentOutcomes::add(std::span<const FoldRecord> records, std::span<const Outcome> outcomes) {
  const std::lock_guard lock(mutex_);
  Partition of{};
  for (std::size_t i = 0; i < records.size(); ++i) {
    const LogPosition position = records[i].recorded.position;
    if (i == 0 || position.partition != of) runs_.push_back({&kept_[of = position.partition], 0});
    runs_.back().of->emplace_back(position.offset, outcomes[i]);
    ++runs_.back().count;
    if (++count_ > kept_max_) drop_oldest();
  }
}

void RecentOutcomes::drop_oldest() {
  Run& oldest = runs_.front();
  oldest.of->pop_front();
  --count_;
  if (--oldest.count == 0) runs_.pop_front();
}

std::vector<std::optional<Outcome>> RecentOutcomes::find(std::span<const LogPosition> positions) const {
  std::vector<std::optional<Outcome>> out(positions.size());
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const auto kept = kept_.find(positions[i].partition);
    if (kept == kept_.end()) continue;
    const auto found = std::lower_bound(kept->second.begin(), kept->second.end(), positions[i].offset,
                                        [](const auto& entry, Offset offset) { return entry.first < offset; });
    if (found != kept->second.end() && found->first == positions[i].offset) out[i] = found->second;
  }
  return out;
}

}  // namespace rapport
