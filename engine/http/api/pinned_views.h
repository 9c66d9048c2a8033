// Views that pages of a list are still to be read from, so that all of them show one moment of the log.
//
// Invariants: at most kPinnedViewsMax, the oldest goes first; none for longer than kPinAgeMax behind the moment that it
// was the newest. A pinned view keeps the rows of its moment on disk, so a thread lets go of old ones though nobody
// asks. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

#include "projections/view.h"

namespace rapport {

inline constexpr std::size_t kPinnedViewsMax = 64;
inline constexpr std::chrono::minutes kPinAgeMax{5};

class PinnedViews {
 public:
  using Clock = std::chrono::steady_clock;

  explicit PinnedViews(std::function<Clock::time_point()> now = Clock::now);

  // The number that finds the view again. The newest view's age begins anew each time.
  std::uint64_t pin(const std::shared_ptr<const View>& newest);
  // Errors: cursor_expired.
  [[nodiscard]] Result<std::shared_ptr<const View>> find(std::uint64_t number);
  // None is to be found any more.
  void let_go();
  std::size_t size();

 private:
  struct Pin {
    std::shared_ptr<const View> view;
    Clock::time_point since;
  };
  void drop_old();
  void sweep(const std::stop_token& stop);

  std::function<Clock::time_point()> now_;
  std::mutex mutex_;
  std::map<std::uint64_t, Pin> pins_;  // numbers rise with time
  std::uint64_t next_;
  std::jthread sweeper_;  // last: it ends before what it uses
};

}  // namespace rapport
