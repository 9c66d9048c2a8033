// How the fold gives way to publishers: behind a large step of what was published just now, and which nobody waits for,
// it rests for as long as the step took. A burst is on the log sooner that way, and its rows hardly later.
//
// Invariants: a rest ends at once when someone waits for the fold, has work for it, or stops it. A fold that is behind
// by more than kRestAgeMax never rests.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <span>

#include "events/timestamp.h"
#include "projections/fold_record.h"

namespace rapport {

inline constexpr std::size_t kRestRecordsMin = 8'192;  // of the step before
inline constexpr std::chrono::milliseconds kRestMax{500};
inline constexpr std::chrono::seconds kRestAgeMax{2};  // of the newest record of that step

// What a rest's length depends on.
struct RestAfter {
  std::size_t records = 0;
  Timestamp newest;  // when the log took the last of them
  std::chrono::nanoseconds took{};
};
RestAfter after_step(std::span<const FoldRecord> records, std::chrono::nanoseconds took);
std::chrono::nanoseconds rest_after(const RestAfter& step, Timestamp now);

class FoldRest {
 public:
  // Until the time is over, or end() is called. `is_wanted` is asked once it could be: whoever makes it true calls
  // end() behind that.
  void rest(std::chrono::nanoseconds time, const std::function<bool()>& is_wanted);
  // Thread-safe: ends the rest under way, if there is one.
  void end();
  // Thread-safe: of all rests.
  std::chrono::nanoseconds total() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  std::chrono::nanoseconds total_{};
};

}  // namespace rapport
