#include "engine/fold/fold_rest.h"

#include <algorithm>

namespace rapport {

RestAfter after_step(std::span<const FoldRecord> records, std::chrono::nanoseconds took) {
  const Timestamp newest = records.empty() ? Timestamp{} : records.back().recorded.recorded_at;
  return {.records = records.size(), .newest = newest, .took = took};
}

std::chrono::nanoseconds rest_after(const RestAfter& step, Timestamp now) {
  const std::chrono::milliseconds age{now.ms - step.newest.ms};
  const bool is_just_published = age >= std::chrono::milliseconds::zero() && age <= kRestAgeMax;
  if (step.records < kRestRecordsMin || !is_just_published) return {};
  return std::min<std::chrono::nanoseconds>(step.took, kRestMax);
}

void FoldRest::rest(std::chrono::nanoseconds time, const std::function<bool()>& is_wanted) {
  if (time <= std::chrono::nanoseconds::zero()) return;
  {
    const std::lock_guard lock(mutex_);
    ended_ = false;
  }
  if (is_wanted()) return;
  const auto begun = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, time, [this] { return ended_; });
  total_ += std::chrono::steady_clock::now() - begun;
}

void FoldRest::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

std::chrono::nanoseconds FoldRest::total() const {
  const std::lock_guard lock(mutex_);
  return total_;
}

}  // namespace rapport
