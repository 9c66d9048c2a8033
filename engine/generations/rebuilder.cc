#include "engine/generations/rebuilder.h"

#include <array>

#include "engine/fold/refold.h"

namespace rapport {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::array<std::string_view, 7> kStateNames{"folding",   "catching_up", "comparing", "swapped",
                                                      "different", "cancelled",   "failed"};
// So near the live one that the folding thread may do the rest between two steps of its own.
constexpr std::uint64_t kGapMax = 5'000;
constexpr int kCatchUpRoundsMax = 1'000;

std::uint64_t records_of(const Generation& generation) {
  return total_counts(generation.view()->checkpoints()).records();
}

}  // namespace

std::string_view rebuild_state_name(RebuildState state) { return kStateNames[static_cast<std::size_t>(state)]; }

bool is_over(RebuildState state) { return state >= RebuildState::swapped; }

Rebuilder::Rebuilder(EventLog& log, Folder& folder, DataDirectory& directory, OpenGenerations& generations,
                     std::size_t cache_bytes)
    : log_(log),
      folder_(folder),
      directory_(directory),
      generations_(generations),
      cache_bytes_(cache_bytes),
      live_number_(directory.current_generation()) {
  if (const std::uint64_t interrupted = directory.pending_generation(); interrupted != 0) launch(interrupted, {});
}

Rebuilder::~Rebuilder() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

Result<std::uint64_t> Rebuilder::start(const RebuildOptions& options) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return Error{Errc::shutting_down, "the engine is stopping"};
    if (status_ && !is_over(status_->state)) {
      return Error{Errc::overloaded, "rebuild " + std::to_string(status_->id) + " is under way"};
    }
  }
  if (thread_.joinable()) thread_.join();
  const std::uint64_t number = directory_.next_generation();
  RAPPORT_TRY(directory_.set_pending_generation(number));
  launch(number, options);
  return number;
}

void Rebuilder::launch(std::uint64_t number, const RebuildOptions& options) {
  const std::lock_guard lock(mutex_);
  status_ = RebuildStatus{.id = number, .started = now_wall_clock()};
  options_ = options;
  cancelled_ = false;
  thread_ = std::thread([this, number] { run(number); });
}

std::optional<RebuildStatus> Rebuilder::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

std::uint64_t Rebuilder::live_number() const {
  const std::lock_guard lock(mutex_);
  return live_number_;
}

template <class Change>
Result<void> Rebuilder::change(std::uint64_t id, Change change) {
  const std::lock_guard lock(mutex_);
  if (!status_ || status_->id != id || is_over(status_->state)) {
    return Error{Errc::not_found, "rebuild " + std::to_string(id) + " is not under way"};
  }
  change();
  changed_.notify_all();
  return {};
}

Result<void> Rebuilder::pause(std::uint64_t id, bool paused) {
  return change(id, [&] { status_->paused = paused; });
}
Result<void> Rebuilder::cancel(std::uint64_t id) {
  return change(id, [&] { cancelled_ = true; });
}
Result<void> Rebuilder::throttle(std::uint64_t id, std::uint64_t records_per_second_max) {
  return change(id, [&] { options_.records_per_second_max = records_per_second_max; });
}

// Behind each step: counts, waits while it is paused or ahead of its pace, and says whether to go on.
bool Rebuilder::may_go_on(std::uint64_t records) {
  std::unique_lock lock(mutex_);
  status_->records = records_before_ + records;
  const double seconds = std::chrono::duration<double>(Clock::now() - run_began_).count();
  if (seconds > 0) status_->records_per_second = static_cast<double>(records) / seconds;
  while (!cancelled_ && !stopping_) {
    const std::uint64_t pace = options_.records_per_second_max;
    const auto due = pace == 0 ? run_began_ : run_began_ + std::chrono::milliseconds(records * 1'000 / pace);
    if (status_->paused) {
      changed_.wait(lock);
    } else if (due > Clock::now()) {
      changed_.wait_until(lock, due);
    } else {
      return true;
    }
  }
  return false;
}

void Rebuilder::run(std::uint64_t number) {
  const Result<RebuildState> ended = rebuild(number);
  {
    const std::lock_guard lock(mutex_);
    if (!ended && stopping_ && !cancelled_) return;  // it goes on at the next start
  }
  // First the disk, then the word that it is over.
  (void)directory_.set_pending_generation(0);
  const bool swapped = ended && *ended == RebuildState::swapped;
  for (const std::uint64_t other : directory_.generations()) {
    // The one before the live one stays, for a way back; those before that go, and so does one that was not taken.
    const bool keep = swapped ? other >= live_number() : other != number;
    if (!keep) (void)directory_.drop_generation(other);
  }
  const std::lock_guard lock(mutex_);
  status_->ended = now_wall_clock();
  if (ended) {
    status_->state = *ended;
    if (swapped) live_number_ = number;
  } else {
    status_->state = cancelled_ ? RebuildState::cancelled : RebuildState::failed;
    if (!cancelled_) status_->error = ended.error();
  }
}

Result<RebuildState> Rebuilder::rebuild(std::uint64_t number) {
  auto fresh = Generation::open({.directory = directory_.generation_path(number), .cache_bytes = cache_bytes_});
  if (!fresh) return fresh.error();
  {
    const std::lock_guard lock(mutex_);
    records_before_ = records_of(**fresh);
    run_began_ = Clock::now();
  }
  RAPPORT_TRY(fold_to_live(**fresh));
  return hand_over(number, *std::move(fresh));
}

Result<void> Rebuilder::fold_to_live(Generation& fresh) {
  std::uint64_t in_this_run = 0;
  for (int round = 0; round < kCatchUpRoundsMax; ++round) {
    const auto live = folder_.view();
    const std::uint64_t total = total_counts(live->checkpoints()).records();
    {
      const std::lock_guard lock(mutex_);
      status_->records_total = total;
      if (round > 0) status_->state = RebuildState::catching_up;
    }
    const std::uint64_t before = in_this_run;
    RAPPORT_TRY(refold(log_, fresh, live->positions(), [&](std::uint64_t records) {
      in_this_run = before + records;
      return may_go_on(in_this_run);
    }));
    const std::uint64_t now_total = total_counts(folder_.view()->checkpoints()).records();
    if (now_total - total <= kGapMax) return {};
  }
  return Error{Errc::overloaded, "the live generation moves on faster than the rebuild follows"};
}

Result<RebuildState> Rebuilder::hand_over(std::uint64_t number, std::unique_ptr<Generation> fresh) {
  {
    const std::lock_guard lock(mutex_);
    status_->state = RebuildState::comparing;
  }
  RAPPORT_TRY(fresh->flush());
  Generation& candidate = *fresh;
  // From here on the folder may refer to it: it stays open as long as the folder, unless it was not taken.
  generations_.push_back(std::move(fresh));
  auto handover = folder_.offer(candidate, [&] { return directory_.set_current_generation(number); });
  std::optional<GenerationDifference> difference;
  if (handover && !handover->swapped) {
    auto compared = compare_generations(*handover->fresh, *handover->live);
    if (!compared) return compared.error();
    difference = *std::move(compared);
  }
  if (handover) {
    const std::lock_guard lock(mutex_);
    status_->live = total_digest(handover->live->checkpoints());
    status_->fresh = total_digest(handover->fresh->checkpoints());
    status_->records = total_counts(handover->fresh->checkpoints()).records();
    status_->difference = std::move(difference);
  }
  if (handover && handover->swapped) return RebuildState::swapped;
  const Result<RebuildState> ended =
      handover ? Result<RebuildState>(RebuildState::different) : Result<RebuildState>(handover.error());
  handover = Error{};  // lets go of the views, which hold the store
  generations_.pop_back();
  return ended;
}

}  // namespace rapport
