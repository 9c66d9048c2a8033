#include "engine/generations/damage_watch.h"

#include <algorithm>

#include "events/rest.h"
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
    : folder_(folder),
      rebuilder_(rebuilder),
      room_(room),
      notice_(std::move(notice)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void DamageWatch::run(const std::stop_token& stop) {
  name_thread("damage");
  give_way();
  while (rest(stop, kLook)) look();
}

void DamageWatch::look() {
  const auto live = folder_.live();
  const auto damage = live->damage();
  if (!damage && !rebuild_) return;
  const auto newest = rebuilder_.status();
  if (newest) look_at(*newest, *live);
  if (!damage) return;
  const bool is_given_up = live->is_given_up();
  if (live != damaged_.lock() || is_given_up != was_given_up_) {
    damaged_ = live;
    was_given_up_ = is_given_up;
    is_left_ = false;
    if (Clock::now() - begun_ > kPauseMax) pause_ = {};
    due_ = Clock::now() + pause_;
  }
  const bool stands_for_another_reason = live->is_foldable() && folder_.status().halted;
  const bool is_under_way = newest && !is_over(newest->state);
  if (is_left_ || is_under_way || stands_for_another_reason || Clock::now() < due_) return;
  if (live == folder_.live()) rebuild(*live, *damage);
}

void DamageWatch::look_at(const RebuildStatus& newest, const Generation& live) {
  if (!is_over(newest.state)) {
    // It is no remedy, and would keep one waiting.
    const bool swaps_nothing = newest.options.verify_only || newest.options.contact;
    if (live.is_given_up() && swaps_nothing) (void)rebuilder_.cancel(newest.id);
    return;
  }
  if (rebuild_ != newest.started) return;
  rebuild_.reset();
  const std::string which = "generation " + std::to_string(newest.id);
  const bool is_another = newest.live != newest.fresh;
  if (newest.state == RebuildState::swapped) {
    return notice_(which + " serves now" + (is_another ? "; its digest is another than the damaged one had" : ""));
  }
  due_ = Clock::now() + pause_;
  if (newest.state == RebuildState::failed) {
    return notice_(which + ", folded anew, failed: " + to_string(newest.error.value_or(Error{})));
  }
  is_left_ = !live.is_given_up() || newest.state == RebuildState::cancelled;
  if (is_left_ && is_another) notice_(which + " has another digest: rapport rebuild --accept takes it all the same");
}

void DamageWatch::rebuild(const Generation& live, const Error& damage) {
  pause_ = std::clamp(2 * pause_, kPauseMin, kPauseMax);
  begun_ = Clock::now();
  due_ = begun_ + pause_;
  const auto begun = start(live);
  notice_("generation " + std::to_string(rebuilder_.live_number()) +
          (begun ? " is folded anew from the log: " : " cannot be folded anew yet: ") + to_string(damage) +
          (begun ? "" : "; " + to_string(begun.error())));
}

Result<void> DamageWatch::start(const Generation& live) {
  RAPPORT_TRY(room_.check_for(kRoomForOne * live.view()->store().disk_bytes()));
  const auto begun = rebuilder_.start({.accept_difference = live.is_given_up()});
  if (!begun) return begun.error();
  if (const auto status = rebuilder_.status(); status && status->id == *begun) rebuild_ = status->started;
  return {};
}

}  // namespace rapport
