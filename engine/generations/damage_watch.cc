#include "engine/generations/damage_watch.h"

#include <algorithm>

#include "events/thread_name.h"
#include "projections/store/give_way.h"

namespace rapport {
namespace {

constexpr std::chrono::milliseconds kLook{200};
constexpr std::chrono::seconds kPauseMin{2}, kPauseMax{3'600};
constexpr std::uint64_t kRoomForOne = 3;  // generations: the log as it is sorted, and the new one

}  // namespace

DamageWatch::DamageWatch(const Folder& folder, Rebuilder& rebuilder, const DiskRoom& room,
                         std::function<void(const std::string&)> notice)
    : folder_(folder), rebuilder_(rebuilder), room_(room), notice_(std::move(notice)), thread_([this] { run(); }) {}

DamageWatch::~DamageWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    stop_told_.notify_all();
  }
  thread_.join();
}

void DamageWatch::run() {
  name_thread("damage");
  give_way();
  std::unique_lock lock(mutex_);
  while (!stop_told_.wait_for(lock, kLook, [this] { return stopping_; })) {
    lock.unlock();
    look();
    lock.lock();
  }
}

void DamageWatch::look() {
  const auto live = folder_.live();
  const auto damage = live->damage();
  if (!damage) return;
  if (live != damaged_.lock()) {
    damaged_ = live;
    rebuild_ = 0;
    is_left_ = false;
    pause_ = {};
    due_ = {};
  }
  const auto newest = rebuilder_.status();
  if (newest && !is_over(newest->state)) return;  // it may be the remedy
  if (newest && newest->id == rebuild_ && due_ == Clock::time_point{}) {
    is_left_ = newest->state != RebuildState::failed;
    due_ = Clock::now() + pause_;
  }
  if (!is_left_ && Clock::now() >= due_ && live == folder_.live()) rebuild(*live, *damage);
}

void DamageWatch::rebuild(const Generation& live, const Error& damage) {
  pause_ = std::clamp(2 * pause_, kPauseMin, kPauseMax);
  due_ = {};
  const std::string what = "generation " + std::to_string(rebuilder_.live_number());
  const auto begun = start(live);
  rebuild_ = begun ? *begun : 0;
  if (!begun) due_ = Clock::now() + pause_;
  notice_(what + (begun ? " is folded anew from the log: " : " cannot be folded anew yet: ") + to_string(damage) +
          (begun ? "" : "; " + to_string(begun.error())));
}

Result<std::uint64_t> DamageWatch::start(const Generation& live) {
  RAPPORT_TRY(room_.check_for(kRoomForOne * live.view()->store().disk_bytes()));
  return rebuilder_.start({});
}

}  // namespace rapport
