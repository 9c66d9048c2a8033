#include "engine/generations/rebuilder.h"

#include <algorithm>
#include <array>

#include "engine/fold/refold.h"
#include "engine/generations/contact_rebuild.h"
#include "events/thread_name.h"
#include "projections/contact_reader.h"
#include "projections/store/give_way.h"

namespace rapport {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::array<std::string_view, 10> kStateNames{"folding",  "catching_up", "comparing", "waiting",   "swapped",
                                                       "verified", "mended",      "different", "cancelled", "failed"};
// So near the live one that the folding thread may do the rest between two steps of its own.
constexpr std::uint64_t kGapMax = 5'000;
constexpr std::chrono::minutes kLiveWaitMax{10};
constexpr std::chrono::milliseconds kLiveLook{500};
constexpr int kCatchUpRoundsMax = 1'000;
// Beyond this the folding thread is not kept waiting: a partition came to a member of a group meanwhile.
constexpr std::uint64_t kGapOfAnotherRound = 200'000;

std::uint64_t records_of(const Generation& generation) {
  return total_counts(generation.view()->checkpoints()).records();
}

// Options that exclude each other.
Result<void> check_options(const RebuildOptions& options) {
  if (options.verify_only && options.accept_difference) {
    return Error{Errc::invalid_argument, "a verification swaps nothing, so there is nothing to accept", "accept"};
  }
  const bool whole = options.from_generation == 0 && !options.verify_only && !options.accept_difference;
  if (options.contact && !whole) {
    return Error{Errc::invalid_argument, "one contact is refolded from the log's start and mended", "contact"};
  }
  return {};
}

bool holds(const DataDirectory& directory, std::uint64_t number) {
  const auto all = directory.generations();
  return std::find(all.begin(), all.end(), number) != all.end();
}

Result<void> check_free(bool stopping, const std::optional<RebuildStatus>& newest) {
  if (stopping) return Error{Errc::shutting_down, "the engine is stopping"};
  if (!newest || is_over(newest->state)) return {};
  return Error{Errc::overloaded, "rebuild " + std::to_string(newest->id) + " is under way"};
}

}  // namespace

std::string_view rebuild_state_name(RebuildState state) { return kStateNames[static_cast<std::size_t>(state)]; }

bool is_over(RebuildState state) { return state >= RebuildState::swapped; }

Rebuilder::Rebuilder(EventLog& log, Folder& folder, DataDirectory& directory, std::size_t cache_bytes)
    : log_(log),
      folder_(folder),
      directory_(directory),
      cache_bytes_(cache_bytes),
      live_number_(directory.current_generation()) {
  const std::uint64_t interrupted = directory.pending_generation(), kept_as = directory.pending_kept_as();
  // A stop between the two steps of its beginning, or of its end.
  if (kept_as != 0 && !holds(directory, interrupted) && holds(directory, kept_as)) {
    (void)directory.rename_generation(kept_as, interrupted);
  }
  for (const std::uint64_t number : directory.generations()) {
    // What a verification left that a crash ended, or a newer program from before its way back: nothing refers to it.
    if (number > live_number_ && number != interrupted) (void)directory.drop_generation(number);
  }
  if (interrupted != 0) launch(interrupted, {.from_generation = kept_as});
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
    RAPPORT_TRY(check_free(stopping_, status_));
  }
  RAPPORT_TRY(check_options(options));
  if (options.from_generation != 0) {
    const auto there = kept();
    if (std::find(there.begin(), there.end(), options.from_generation) == there.end()) {
      return Error{Errc::not_found,
                   "generation " + std::to_string(options.from_generation) + " is not kept beside the live one",
                   "from"};
    }
  }
  if (options.contact) {
    const auto found = read_contact(*folder_.view(), *options.contact);
    if (found && !*found) return Error{Errc::not_found, "there is no " + to_string(Subject{*options.contact})};
  }
  const std::lock_guard lock(mutex_);
  RAPPORT_TRY(check_free(stopping_, status_));  // another start may have come first
  if (thread_.joinable()) thread_.join();
  const std::uint64_t number = directory_.next_generation();
  if (!options.verify_only && !options.contact) {
    RAPPORT_TRY(directory_.set_pending_generation(number, options.from_generation));
  }
  if (options.from_generation != 0) {
    const auto renamed = directory_.rename_generation(options.from_generation, number);
    if (!renamed) {
      (void)directory_.set_pending_generation(0);
      return renamed.error();
    }
  }
  launch(number, options);
  return number;
}

// Under the lock, but in the constructor.
void Rebuilder::launch(std::uint64_t number, const RebuildOptions& options) {
  status_ = RebuildStatus{.id = number, .options = options, .started = now_wall_clock()};
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

std::vector<std::uint64_t> Rebuilder::kept() const {
  std::vector<std::uint64_t> out = directory_.generations();
  const std::lock_guard lock(mutex_);
  std::erase_if(out, [this](std::uint64_t number) {
    return number == live_number_ || (status_ && !is_over(status_->state) && number == status_->id);
  });
  return out;
}

Result<void> Rebuilder::drop_kept() {
  for (const std::uint64_t number : kept()) RAPPORT_TRY(directory_.drop_generation(number));
  return {};
}

void Rebuilder::set_state(RebuildState state) {
  const std::lock_guard lock(mutex_);
  status_->state = state;
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
  return change(id, [&] { status_->options.records_per_second_max = records_per_second_max; });
}
Result<void> Rebuilder::accept(std::uint64_t id) {
  bool is_whole = false;
  const auto changed = change(id, [&] {
    is_whole = !status_->options.verify_only && !status_->options.contact;
    if (is_whole) status_->options.accept_difference = true;
  });
  if (!changed) return changed;
  if (!is_whole) return Error{Errc::invalid_argument, "rebuild " + std::to_string(id) + " swaps nothing", "id"};
  return {};
}

// Behind each step: counts, waits while it is paused or ahead of its pace, and says whether to go on.
bool Rebuilder::may_go_on(std::uint64_t records) {
  std::unique_lock lock(mutex_);
  status_->records = records_before_ + records;
  const double seconds = std::chrono::duration<double>(Clock::now() - run_began_).count();
  if (seconds > 0) status_->records_per_second = static_cast<double>(records) / seconds;
  while (!cancelled_ && !stopping_) {
    const std::uint64_t pace = status_->options.records_per_second_max;
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
  name_thread("rebuild");
  give_way();
  Result<RebuildState> ended = Error{};
  try {
    ended = rebuild(number);
  } catch (const std::exception& e) {
    ended = Error{Errc::internal, std::string("the rebuild threw: ") + e.what()};
  }
  RebuildState state;
  {
    const std::lock_guard lock(mutex_);
    if (!ended && stopping_ && !cancelled_) return;  // it goes on at the next start
    state = ended ? *ended : cancelled_ ? RebuildState::cancelled : RebuildState::failed;
  }
  // First the disk, then the word that it is over.
  if (state != RebuildState::swapped) give_back(number);
  (void)directory_.set_pending_generation(0);
  tidy(number, state);
  const std::lock_guard lock(mutex_);
  status_->ended = now_wall_clock();
  status_->state = state;
  if (state == RebuildState::swapped) live_number_ = number;
  if (state == RebuildState::failed) status_->error = ended.error();
}

// A kept generation that was gone on with, and does not serve, is kept again, by the number that it had.
void Rebuilder::give_back(std::uint64_t number) {
  const std::uint64_t kept_as = status()->options.from_generation;
  if (kept_as != 0) (void)directory_.rename_generation(number, kept_as);
}

// Deletes what nothing refers to any more.
void Rebuilder::tidy(std::uint64_t number, RebuildState ended) {
  const bool swapped = ended == RebuildState::swapped;
  const std::uint64_t before = live_number();
  const bool was_kept = status()->options.from_generation != 0;
  for (const std::uint64_t other : directory_.generations()) {
    const bool keep = swapped ? other == number || other == before : other != number || was_kept;
    if (!keep) (void)directory_.drop_generation(other);
  }
}

Result<RebuildState> Rebuilder::rebuild(std::uint64_t number) {
  if (const auto contact = status()->options.contact) return mend(number, *contact);
  auto opened = Generation::open(
      {.directory = directory_.generation_path(number), .cache_bytes = cache_bytes_, .unlogged = true});
  if (!opened) return opened.error();
  const std::shared_ptr<Generation> fresh = *std::move(opened);
  RAPPORT_TRY(fold_to_live(*fresh));
  set_state(RebuildState::comparing);
  RAPPORT_TRY(fresh->flush());
  return compare(number, fresh);
}

Result<RebuildState> Rebuilder::mend(std::uint64_t number, ContactId contact) {
  {
    const std::lock_guard lock(mutex_);
    run_began_ = Clock::now();
    records_before_ = 0;
    status_->records_total = total_counts(folder_.view()->checkpoints()).records();
  }
  auto difference = rebuild_contact(log_, folder_, directory_.generation_path(number), contact,
                                    [this](std::uint64_t records) { return may_go_on(records); });
  if (!difference) return difference.error();
  if (difference->none()) return RebuildState::verified;
  const std::lock_guard lock(mutex_);
  status_->difference = *std::move(difference);
  return RebuildState::mended;
}

Result<void> Rebuilder::fold_to_live(Generation& fresh) {
  {
    const std::lock_guard lock(mutex_);
    records_before_ = records_of(fresh);
    run_began_ = Clock::now();
  }
  std::uint64_t in_this_run = 0;
  for (int round = 0; round < kCatchUpRoundsMax; ++round) {
    const auto live = folder_.view();
    const std::uint64_t total = total_counts(live->checkpoints()).records();
    {
      const std::lock_guard lock(mutex_);
      if (!live->checkpoints().empty()) status_->live_version = live->checkpoints().begin()->second.fold_version;
      status_->records_total = total;
      if (round > 0) status_->state = RebuildState::catching_up;
    }
    const std::uint64_t before = in_this_run;
    RAPPORT_TRY(refold(log_, fresh, live->positions(), [&](std::uint64_t records) {
      in_this_run = before + records;
      return may_go_on(in_this_run);
    }));
    const std::uint64_t now_total = total_counts(folder_.view()->checkpoints()).records();
    if (now_total - total <= kGapMax) return wait_for_live(fresh);
  }
  return Error{Errc::overloaded, "the live generation moves on faster than the rebuild follows"};
}

// A power loss takes back what the live rows had not written to the disk, and not what a rebuild has.
Result<void> Rebuilder::wait_for_live(const Generation& fresh) const {
  const Positions wanted = fresh.view()->positions();
  const auto until = Clock::now() + kLiveWaitMax;
  while (!covers(folder_.view()->positions(), wanted)) {
    const auto folded = folder_.wait_folded(wanted, Clock::now() + kLiveLook);
    if (!folded && (folded.error().code != Errc::wait_timeout || Clock::now() > until)) return folded;
    const std::lock_guard lock(mutex_);
    if (cancelled_ || stopping_) return Error{Errc::shutting_down, "the rebuild was stopped"};
  }
  return {};
}

// Both at one position, between two steps of the fold; there they are exchanged, where they may be.
Result<Rebuilder::Aligned> Rebuilder::align(std::uint64_t number, const std::shared_ptr<Generation>& fresh) {
  const RebuildOptions options = status()->options;
  Aligned out;
  const auto ended = folder_.between_steps([&](const auto& live) -> Result<std::shared_ptr<Generation>> {
    out.live = live->view();
    if (!covers(out.live->positions(), fresh->view()->positions())) {
      return Error{Errc::overloaded, "the live generation is not back where it stood before a power loss"};
    }
    if (total_counts(out.live->checkpoints()).records() > records_of(*fresh) + kGapOfAnotherRound) {
      return Error{Errc::overloaded, "the live generation has moved on far"};
    }
    RAPPORT_TRY(refold(log_, *fresh, out.live->positions(), [this](std::uint64_t) {
      const std::lock_guard lock(mutex_);
      return !cancelled_ && !stopping_;
    }));
    out.fresh = fresh->view();
    const bool equal = total_digest(out.live->checkpoints()) == total_digest(out.fresh->checkpoints());
    if (options.verify_only || !(equal || options.accept_difference)) return live;
    RAPPORT_TRY(directory_.set_current_generation(number));
    out.swapped = true;
    return fresh;
  });
  if (!ended) return ended.error();
  return out;
}

Result<void> Rebuilder::tell_difference(const Aligned& aligned) {
  const Digest live = total_digest(aligned.live->checkpoints()), fresh = total_digest(aligned.fresh->checkpoints());
  {
    const std::lock_guard lock(mutex_);
    status_->live = live;
    status_->fresh = fresh;
    status_->records = total_counts(aligned.fresh->checkpoints()).records();
  }
  if (live == fresh && !status()->options.verify_only) return {};
  auto compared = compare_generations(*aligned.fresh, *aligned.live);
  // Rows that are damaged differ, and which does not matter.
  if (!compared && status()->options.verify_only) return compared.error();
  const std::lock_guard lock(mutex_);
  if (compared && !compared->none()) status_->difference = *std::move(compared);
  return {};
}

Result<RebuildState> Rebuilder::compare(std::uint64_t number, const std::shared_ptr<Generation>& fresh) {
  for (int round = 0;; ++round) {
    const auto aligned = align(number, fresh);
    if (!aligned && aligned.error().code == Errc::overloaded && round < kCatchUpRoundsMax) {
      RAPPORT_TRY(fold_to_live(*fresh));
      continue;
    }
    if (!aligned) return aligned.error();
    const auto told = tell_difference(*aligned);
    // Once swapped it is, whatever reading the old one's rows says.
    if (aligned->swapped) return RebuildState::swapped;
    if (!told) return told.error();
    const auto now = *status();
    if (now.options.verify_only) return now.difference ? RebuildState::different : RebuildState::verified;
    if (now.live_version == kFoldVersion && !now.options.accept_difference) return RebuildState::different;
    RAPPORT_TRY(wait_for_acceptance());
  }
}

Result<void> Rebuilder::wait_for_acceptance() {
  std::unique_lock lock(mutex_);
  status_->state = RebuildState::waiting;
  changed_.wait(lock, [this] { return status_->options.accept_difference || cancelled_ || stopping_; });
  if (cancelled_ || stopping_) return Error{Errc::shutting_down, "the rebuild was stopped"};
  status_->state = RebuildState::comparing;
  return {};
}

}  // namespace rapport
