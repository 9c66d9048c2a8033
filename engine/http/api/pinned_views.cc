#include "engine/http/api/pinned_views.h"

#include <sodium.h>

#include <algorithm>

#include "events/rest.h"
#include "events/thread_name.h"

namespace rapport {
namespace {

constexpr std::chrono::seconds kSweepEvery{15};

}  // namespace

// Numbers begin anywhere: a cursor from before a restart finds nothing.
PinnedViews::PinnedViews(std::function<Clock::time_point()> now) : now_(std::move(now)) {
  randombytes_buf(&next_, sizeof next_);
  next_ >>= 8;  // far from where it would wrap
  sweeper_ = std::jthread([this](const std::stop_token& stop) { sweep(stop); });
}

std::uint64_t PinnedViews::pin(const std::shared_ptr<const View>& newest) {
  const std::lock_guard lock(mutex_);
  drop_old();
  if (!pins_.empty() && pins_.rbegin()->second.view == newest) {
    pins_.rbegin()->second.since = now_();
    return pins_.rbegin()->first;
  }
  if (pins_.size() == kPinnedViewsMax) pins_.erase(pins_.begin());
  pins_.emplace(++next_, Pin{newest, now_()});
  return next_;
}

Result<std::shared_ptr<const View>> PinnedViews::find(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  drop_old();
  const auto pin = pins_.find(number);
  if (pin != pins_.end()) return pin->second.view;
  return Error{Errc::cursor_expired,
               "the moment that the pages show is kept for " + std::to_string(kPinAgeMax.count()) +
                   " minutes, and of the newest " + std::to_string(kPinnedViewsMax) + " only: begin the list again",
               "cursor"};
}

void PinnedViews::let_go() {
  std::map<std::uint64_t, Pin> gone;
  const std::lock_guard lock(mutex_);
  gone.swap(pins_);
}

std::size_t PinnedViews::size() {
  const std::lock_guard lock(mutex_);
  drop_old();
  return pins_.size();
}

void PinnedViews::sweep(const std::stop_token& stop) {
  name_thread("pinned views");
  while (rest(stop, kSweepEvery)) {
    const std::lock_guard lock(mutex_);
    drop_old();
  }
}

void PinnedViews::drop_old() {
  const auto now = now_();
  std::erase_if(pins_, [&](const auto& item) { return now - item.second.since >= kPinAgeMax; });
}

}  // namespace rapport
