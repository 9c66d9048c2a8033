#include "engine/fold/folder.h"

#include <algorithm>
#include <condition_variable>
#include <future>
#include <thread>

#include "engine/fold/catch_up_runner.h"
#include "engine/fold/checkpoint_check.h"
#include "engine/fold/fold_waiters.h"
#include "engine/fold/live_generation.h"
#include "engine/fold/owned_partitions.h"
#include "engine/fold/recent_outcomes.h"
#include "engine/fold/record_feed.h"
#include "events/thread_name.h"
#include "projections/store/give_way.h"

namespace rapport {
namespace {

constexpr std::chrono::seconds kRoomLook{1};

}  // namespace

struct Folder::Impl {
  Impl(EventLog& event_log, std::shared_ptr<Generation> to_fold, const FolderOptions& of_caller)
      : log(event_log),
        options(of_caller),
        owned(of_caller.partitions),
        generation(std::move(to_fold)),
        waiters(log.id(), options.waiters_max),
        outcomes(options.outcomes_kept_max),
        catch_ups(log, options.catch_up_records_min, [this] { poke(); }) {
    waiters.reach(generation->view()->positions());
  }

  ~Impl() {
    stop();
    if (thread.joinable()) thread.join();
    const Error stopping_now{Errc::shutting_down, "the fold is stopping"};
    waiters.close(stopping_now);
    works.end(stopping_now);
  }

  // Where nobody follows any of the partitions yet, who would wait for the others, a catch-up may be due.
  Result<void> start_feed(const OwnedPartitions& partitions) {
    const bool is_followed = feed && !catch_ups.due() && share_one(owned, partitions);
    return start_feed(partitions, is_followed ? std::nullopt : catch_ups.needed(**generation, partitions));
  }

  // Where nobody waits: a catch-up remembers no outcomes for who published.
  std::optional<CatchUpDue> catch_up_behind_steps() const {
    if (!waiters.empty()) return std::nullopt;
    return catch_ups.needed_behind_steps(**generation, owned, waiters.reached(), feed->ends(),
                                         options.step_records_max);
  }

  // From behind the generation's checkpoints; of the control stream alone where a catch-up is due.
  Result<void> start_feed(const OwnedPartitions& partitions, std::optional<CatchUpDue> due) {
    const Checkpoints checkpoints = of_owned(generation->view()->checkpoints(), partitions);
    Checkpoints unchecked = checkpoints;
    if (feed) std::erase_if(unchecked, [this](const auto& row) { return is_folded(owned, row.first); });
    RAPPORT_TRY(check_checkpoints(log, unchecked));
    const Positions folded = folded_partitions(log, partitions, checkpoints);
    auto reader = log.open_reader(due ? Positions{*folded.find(kControlPartition)} : folded);
    if (!reader) return reader.error();
    auto opened = std::make_unique<RecordFeed>(
        log, *std::move(reader),
        ReadLimits{.records_max = options.step_records_max, .bytes_max = options.step_bytes_max});
    follow(std::move(opened), partitions);
    waiters.forget_faults();
    if (partitions) waiters.fold_only(*partitions);
    waiters.reach(folded);
    catch_ups.set_due(std::move(due));
    return {};
  }

  // Nothing, where there is no next feed. The one before ends behind the lock.
  void follow(std::unique_ptr<RecordFeed> next, const OwnedPartitions& partitions) {
    const std::lock_guard lock(mutex);
    feed.swap(next);
    if (feed) feed->poke();  // else only the one before knew
    if (feed && stopping) feed->stop();
    owned = partitions;
    faults.clear();
  }

  const std::function<Result<void>()> go_on = [this] { return start_feed(owned); };

  // What was built becomes the generation's, which is read on from there. False: the fold has halted, or it is to stop.
  bool end_catch_up() {
    const auto [built, taken, ended] = catch_ups.end(**generation);
    const Generation& live = **generation;
    if (!taken && (live.is_full() || !live.is_foldable())) return wait_for_room_or_rows(taken.error());
    if (built && taken) count_step(catch_ups.due()->records);
    if (built && taken) return until_done(start_feed(owned, catch_up_behind_steps()), go_on);
    options.notice("what was folded is of no use: " + to_string((built ? taken : built).error()));
    return until_done(go_on(), go_on);
  }

  // On the folding thread. What the feed before had read ahead is read again.
  Result<void> own(const std::set<Partition>& partitions) {
    if (!generation->is_foldable()) return follow(nullptr, partitions), Result<void>();
    if (catch_ups.is_under_way() && partitions == owned) return {};
    if (!share_one(owned, partitions)) catch_ups.forget_failures();
    return start_feed(partitions);
  }

  void run() {
    name_thread("fold");
    give_way_to_answers();
    while (true) {
      if (!until_done(do_works(), [this] { return go_on_anew(); })) return;
      if (catch_ups.has_ended() && !end_catch_up()) return;
      // Somebody came to wait between a step and a catch-up's beginning.
      const bool is_waited_for = catch_ups.can_be_left() && !waiters.empty();
      if (is_waited_for && !until_done(start_feed(owned, std::nullopt), go_on)) return;
      const Offset control = offset_in(waiters.reached(), kControlPartition);
      if (catch_ups.begin(*generation, control)) options.notice(notice_of(*catch_ups.due()));
      const auto next_deadline = waiters.expire(FoldWaiters::Clock::now());
      const bool filling = generation->is_foldable() && !generation->has_whole_indexes();
      const auto patience = filling ? FoldWaiters::Clock::duration::zero() : std::chrono::hours(1);
      auto batch = next_batch(std::min(next_deadline, FoldWaiters::Clock::now() + patience));
      if (is_stopping()) return;
      if (batch != nullptr) {
        const auto begun = FoldWaiters::Clock::now();
        if (auto folded = fold(*batch); !folded) {
          if (!check_all_read(batch->records)) return halt(folded.error());
          if (!wait_for_room_or_rows(folded.error())) return;
          continue;
        }
        waiters.reach(batch->reached);
        if (batch->is_level) generation->settle();
        for (const PartitionFault& fault : batch->faults) waiters.fault(fault);
        const auto pause =
            options.rest(after_step(batch->records, FoldWaiters::Clock::now() - begun), now_wall_clock());
        feed->recycle(std::move(batch));
        rest.rest(pause, [this] { return is_stopping() || !waiters.empty() || !works.empty(); });
        const bool is_alone = pause == pause.zero() && !catch_ups.due();  // else it folds the control stream beside one
        auto next = is_alone ? catch_up_behind_steps() : std::nullopt;
        if (next && !until_done(start_feed(owned, std::move(next)), go_on)) return;
      } else if (!filling) {
        continue;
      }
      const auto more = generation->fill_indexes();
      if (!more && !wait_for_room_or_rows(more.error())) return;
    }
  }

  // Behind a step that failed. False: the fold has halted for good, or it is to stop.
  bool wait_for_room_or_rows(const Error& error) {
    Generation& live = **generation;
    if (error.code == Errc::internal) return halt(error), false;
    if (!live.is_full() || !errc_retriable(error.code)) return give_up(error), true;
    options.notice("the fold waits for room on the disk: " + to_string(error));
    set_halted(error);
    if (!until_done(error, [&] { return resume(live); })) return false;
    if (!live.is_foldable()) return true;
    set_halted(std::nullopt);
    options.notice("the disk has room again, and the fold goes on");
    return true;
  }

  // Its files fail or are damaged: nothing moves until others, folded anew, take their place.
  void give_up(const Error& error) {
    options.notice("the fold stands still until its rows are folded anew: " + to_string(error));
    catch_ups.set_due(std::nullopt);
    generation->give_up(error);
    follow(nullptr, owned);
    set_halted(error);
    waiters.close(error);
  }

  // With rows that can be folded on, in place of those that could not.
  Result<void> go_on_anew() {
    RAPPORT_TRY(start_feed(owned));
    set_halted(std::nullopt);
    waiters.open();
    return {};
  }

  // Again and again while it fails by what passes. False: the fold has halted, or it is to stop.
  bool until_done(Result<void> done, const std::function<Result<void>()>& attempt) {
    for (; !done; done = attempt()) {
      if (!errc_retriable(done.error().code)) return halt(done.error()), false;
      if (!wait_a_look(done.error())) return false;
    }
    return true;
  }

  // False: it is to stop.
  bool wait_a_look(const Error& why) {
    waiters.expire(FoldWaiters::Clock::now());
    works.refuse(why);
    std::unique_lock lock(mutex);
    return !poked_while_frozen.wait_for(lock, kRoomLook, [this] { return stopping; });
  }

  Result<void> resume(Generation& live) {
    const auto resumed = live.resume();
    if (resumed) return start_feed(owned);
    if (errc_retriable(resumed.error().code)) return resumed;
    give_up(resumed.error());
    return {};
  }

  void count_step(std::uint64_t of_records) {
    const std::lock_guard lock(mutex);
    ++steps, records += of_records;
  }

  void set_halted(std::optional<Error> error) {
    const std::lock_guard lock(mutex);
    halted = std::move(error);
  }

  // Null at the deadline and after a poke, and always where the generation is not moved.
  std::unique_ptr<DecodedBatch> next_batch(FoldWaiters::Clock::time_point deadline) {
    if (feed) return feed->take(deadline);
    std::unique_lock lock(mutex);
    poked_while_frozen.wait_until(lock, deadline, [this] { return poked || stopping; });
    poked = false;
    return nullptr;
  }

  void poke() {
    const std::lock_guard lock(mutex);
    poked = true;
    poked_while_frozen.notify_all();
    if (feed) feed->poke();
    rest.end();
  }

  void stop() {
    const std::lock_guard lock(mutex);
    stopping = true;
    poked_while_frozen.notify_all();
    if (feed) feed->stop();
    rest.end();
  }

  bool is_stopping() const {
    const std::lock_guard lock(mutex);
    return stopping;
  }

  // Whatever goes wrong in here must not end the process: reads go on from the last view.
  Result<void> fold(DecodedBatch& batch) {
    if (!batch.records.empty()) {
      try {
        auto ended = generation->fold(batch.records);
        if (!ended) return ended.error();
        outcomes.add(batch.records, *ended);
      } catch (const std::exception& e) {
        return Error{Errc::internal, std::string("a step threw: ") + e.what()};
      }
    }
    for (std::size_t i = faults.size(); i < batch.faults.size(); ++i) {
      options.notice("a partition has halted: " + to_string(batch.faults[i].error));
    }
    if (!batch.records.empty()) count_step(batch.records.size());
    const std::lock_guard lock(mutex);
    faults = batch.faults;
    return {};
  }

  // Errors: those of go_on_anew().
  Result<void> do_works() {
    while (PendingWorks::Pending* const pending = works.take()) {
      auto done = do_work(pending->work);
      const bool moves_again = feed == nullptr && generation->is_foldable();
      auto going_on = moves_again ? go_on_anew() : Result<void>();
      pending->told.set_value(std::move(done));
      if (!going_on) return going_on;
    }
    return {};
  }

  Result<void> do_work(const Work& work) {
    try {
      auto next = work(*generation);
      if (!next) return next.error();
      const bool elsewhere = (*next)->view()->positions() != generation->view()->positions();
      if (feed && elsewhere) panic("the fold is to go on with a generation that stands elsewhere");
      generation.exchange(*std::move(next));
      return {};
    } catch (const std::exception& e) {
      return Error{Errc::internal, std::string("work between two steps threw: ") + e.what()};
    }
  }

  void halt(const Error& error) {
    options.notice("the fold has halted: " + to_string(error));
    set_halted(error);
    stop();
    waiters.close(error);
    works.end(error);
  }

  OwnedPartitions owned_now() const {
    const std::lock_guard lock(mutex);
    return owned;
  }

  Positions ends() const {
    {
      const std::lock_guard lock(mutex);
      if (feed) return feed->ends();
    }
    auto of_log = log.ends();
    return of_log ? *std::move(of_log) : Positions{};
  }

  EventLog& log;
  const FolderOptions options;
  OwnedPartitions owned;  // written by the folding thread alone, under the mutex
  LiveGeneration generation;
  FoldWaiters waiters;
  RecentOutcomes outcomes;
  PendingWorks works;
  FoldRest rest;
  CatchUpRunner catch_ups;

  mutable std::mutex mutex;
  std::condition_variable poked_while_frozen;
  bool poked = false, stopping = false;
  std::unique_ptr<RecordFeed> feed;  // made by the folding thread; absent while the generation is not moved
  std::optional<Error> halted;
  std::vector<PartitionFault> faults;
  std::uint64_t steps = 0, records = 0;

  std::thread thread;
};

Folder::Folder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Folder::~Folder() = default;

Result<std::unique_ptr<Folder>> Folder::start(EventLog& log, std::shared_ptr<Generation> generation,
                                              const FolderOptions& options) {
  auto impl = std::make_unique<Impl>(log, std::move(generation), options);
  if (impl->generation->is_foldable()) RAPPORT_TRY(impl->start_feed(options.partitions));
  impl->thread = std::thread([impl = impl.get()] {
    impl->run();
    impl->catch_ups.set_due(std::nullopt);
  });
  return std::unique_ptr<Folder>(new Folder(std::move(impl)));
}

Result<void> Folder::own(const std::set<Partition>& partitions) {
  return between_steps([&](const auto& live) -> Result<std::shared_ptr<Generation>> {
    RAPPORT_TRY(impl_->own(partitions));
    return live;
  });
}

std::shared_ptr<Generation> Folder::live() const { return impl_->generation.get(); }
std::shared_ptr<const View> Folder::view() const { return live()->view(); }

Result<void> Folder::between_steps(const Work& work) {
  return impl_->works.add_and_wait(work, [this] { impl_->poke(); });
}

void Folder::when_folded(const Positions& positions, std::chrono::steady_clock::time_point deadline, FoldedDone done) {
  const auto next = impl_->waiters.add(positions, deadline, std::move(done));
  if (next == deadline) return impl_->poke();  // the folding thread sleeps until the next that it knows of
  if (next != FoldWaiters::Clock::time_point::max()) impl_->rest.end();
}

Result<void> Folder::wait_folded(const Positions& positions, std::chrono::steady_clock::time_point deadline) {
  const auto told = std::make_shared<std::promise<Result<void>>>();
  auto result = told->get_future();
  when_folded(positions, deadline, [told](Result<void> folded) { told->set_value(std::move(folded)); });
  return result.get();
}

std::vector<std::optional<Outcome>> Folder::outcomes_of(std::span<const LogPosition> positions) const {
  return impl_->outcomes.find(positions);
}

FoldStatus Folder::status() const {
  FoldStatus out = status_of(impl_->waiters.reached(), impl_->ends(), impl_->owned_now(), view()->checkpoints());
  const auto live = this->live();
  if (live->fold_version() != kFoldVersion) out.frozen_version = live->fold_version();
  out.damage = live->damage();
  const std::lock_guard lock(impl_->mutex);
  out.halted = impl_->halted;
  if (!out.halted && impl_->feed) out.halted = impl_->feed->error();
  for (PartitionStatus& row : out.partitions) {
    for (const PartitionFault& fault : impl_->faults) {
      if (fault.partition == row.partition) row.error = fault.error;
    }
  }
  out.catch_up = impl_->catch_ups.progress();
  out.steps = impl_->steps;
  out.records = impl_->records;
  out.rested = impl_->rest.total();
  return out;
}

}  // namespace rapport
