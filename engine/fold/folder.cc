#include "engine/fold/folder.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <future>
#include <thread>

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
        outcomes(options.outcomes_kept_max) {
    waiters.reach(generation->view()->positions());
  }

  ~Impl() {
    stop();
    if (thread.joinable()) thread.join();
    const Error stopping_now{Errc::shutting_down, "the fold is stopping"};
    waiters.close(stopping_now);
    end_works(stopping_now);
  }

  // From behind the generation's checkpoints.
  Result<void> start_feed(const OwnedPartitions& partitions) {
    const Checkpoints checkpoints = of_owned(generation->view()->checkpoints(), partitions);
    Checkpoints unchecked = checkpoints;
    if (feed) std::erase_if(unchecked, [this](const auto& row) { return is_folded(owned, row.first); });
    RAPPORT_TRY(check_checkpoints(log, unchecked));
    auto reader = log.open_reader(folded_partitions(log, partitions, checkpoints));
    if (!reader) return reader.error();
    auto opened = std::make_unique<RecordFeed>(
        log, *std::move(reader),
        ReadLimits{.records_max = options.step_records_max, .bytes_max = options.step_bytes_max});
    {
      const std::lock_guard lock(mutex);
      feed.swap(opened);
      if (stopping) feed->stop();  // else only the one before knew
      owned = partitions;
      faults.clear();
    }
    waiters.forget_faults();
    if (partitions) waiters.fold_only(*partitions);
    return {};
  }

  // On the folding thread. What the feed before had read ahead is read again.
  Result<void> own(const std::set<Partition>& partitions) {
    if (!generation->is_foldable()) {
      const std::lock_guard lock(mutex);
      owned = partitions;
      return {};
    }
    return start_feed(partitions);
  }

  void start() {
    thread = std::thread([this] { run(); });
  }

  void run() {
    name_thread("fold");
    give_way_to_answers();
    bool filling = true;  // an index, until the generation says that it has none to fill
    while (true) {
      if (auto done = do_works(); !done) return halt(done.error());
      const auto next_deadline = waiters.expire(FoldWaiters::Clock::now());
      const auto patience = filling ? FoldWaiters::Clock::duration::zero() : std::chrono::hours(1);
      auto batch = next_batch(std::min(next_deadline, FoldWaiters::Clock::now() + patience));
      if (is_stopping()) return;
      if (batch != nullptr) {
        if (auto folded = fold(*batch); !folded) {
          if (!wait_for_room(folded.error())) return;
          continue;
        }
        waiters.reach(batch->reached);
        if (batch->is_level) generation->settle();
        for (const PartitionFault& fault : batch->faults) waiters.fault(fault);
        feed->recycle(std::move(batch));
      } else if (!filling) {
        continue;
      }
      const auto more = generation->fill_indexes();
      if (!more && !wait_for_room(more.error())) return;
      filling = !more || *more;
    }
  }

  // Behind a step that the disk had no room for. False: it was not that, and the fold has halted, or it is to stop.
  bool wait_for_room(const Error& error) {
    Generation& live = **generation;
    if (!live.is_full()) return halt(error), false;
    options.notice("the fold waits for room on the disk: " + to_string(error));
    set_halted(error);
    for (Result<void> resumed = error; !resumed; resumed = resume(live)) {
      if (!errc_retriable(resumed.error().code)) return halt(resumed.error()), false;
      if (!wait_a_look(resumed.error())) return false;
    }
    set_halted(std::nullopt);
    options.notice("the disk has room again, and the fold goes on");
    return true;
  }

  // False: it is to stop.
  bool wait_a_look(const Error& why) {
    waiters.expire(FoldWaiters::Clock::now());
    refuse_works(why);
    std::unique_lock lock(mutex);
    return !poked_while_frozen.wait_for(lock, kRoomLook, [this] { return stopping; });
  }

  Result<void> resume(Generation& live) {
    RAPPORT_TRY(live.resume());
    RAPPORT_TRY(start_feed(owned));
    waiters.reach(live.view()->positions());
    return {};
  }

  void set_halted(std::optional<Error> error) {
    const std::lock_guard lock(mutex);
    halted = std::move(error);
  }

  void refuse_works(const Error& error) {
    const std::lock_guard lock(mutex);
    for (PendingWork* left : std::exchange(works, {})) left->told.set_value(error);
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
  }

  void stop() {
    const std::lock_guard lock(mutex);
    stopping = true;
    poked_while_frozen.notify_all();
    if (feed) feed->stop();
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
    const std::lock_guard lock(mutex);
    if (!batch.records.empty()) ++steps;
    records += batch.records.size();
    faults = batch.faults;
    return {};
  }

  struct PendingWork {
    const Work& work;
    std::promise<Result<void>> told;
  };

  // Errors: the fold cannot go on from where the work left it.
  Result<void> do_works() {
    while (true) {
      PendingWork* pending = nullptr;
      {
        const std::lock_guard lock(mutex);
        if (works.empty()) return {};
        pending = works.front();
        works.pop_front();
      }
      auto done = do_work(pending->work);
      const bool was_frozen = feed == nullptr;
      if (done && was_frozen && generation->is_foldable()) {
        if (auto started = start_feed(owned); !started) {
          pending->told.set_value(started.error());
          return started;
        }
        waiters.reach(generation->view()->positions());
      }
      pending->told.set_value(std::move(done));
    }
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

  // Nobody folds any more: whoever brings work, now or later, is told so.
  void end_works(const Error& error) {
    {
      const std::lock_guard lock(mutex);
      works_ended = error;
    }
    refuse_works(error);
  }

  void halt(const Error& error) {
    options.notice("the fold has halted: " + to_string(error));
    set_halted(error);
    stop();
    waiters.close(error);
    end_works(error);
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

  mutable std::mutex mutex;
  std::condition_variable poked_while_frozen;
  bool poked = false, stopping = false;
  std::unique_ptr<RecordFeed> feed;  // made once, by the folding thread; absent while the generation is not moved
  std::optional<Error> halted, works_ended;
  std::deque<PendingWork*> works;
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
  impl->start();
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
  Impl::PendingWork pending{work, {}};
  auto told = pending.told.get_future();
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->works_ended) return *impl_->works_ended;
    impl_->works.push_back(&pending);
  }
  impl_->poke();
  return told.get();
}

void Folder::when_folded(const Positions& positions, std::chrono::steady_clock::time_point deadline, FoldedDone done) {
  // The folding thread sleeps until the next deadline that it knows of.
  if (impl_->waiters.add(positions, deadline, std::move(done)) == deadline) impl_->poke();
}

Result<void> Folder::wait_folded(const Positions& positions, std::chrono::steady_clock::time_point deadline) {
  struct Wait {
    std::mutex mutex;
    std::condition_variable told;
    std::optional<Result<void>> result;
  };
  const auto wait = std::make_shared<Wait>();
  when_folded(positions, deadline, [wait](Result<void> result) {
    const std::lock_guard lock(wait->mutex);
    wait->result = std::move(result);
    wait->told.notify_all();
  });
  std::unique_lock lock(wait->mutex);
  wait->told.wait(lock, [&] { return wait->result.has_value(); });
  return *std::move(wait->result);
}

std::vector<std::optional<Outcome>> Folder::outcomes_of(std::span<const LogPosition> positions) const {
  return impl_->outcomes.find(positions);
}

FoldStatus Folder::status() const {
  const auto view = this->view();
  const Positions ends = impl_->ends();
  const OwnedPartitions owned = impl_->owned_now();
  FoldStatus out;
  for (const auto& [partition, reached] : impl_->waiters.reached()) {
    if (!is_folded(owned, partition)) continue;
    PartitionStatus row{.partition = partition, .position = reached, .end = reached};
    if (const auto end = ends.find(partition); end != ends.end()) row.end = std::max(reached, end->second);
    row.lag = row.end.value - row.position.value;
    const auto checkpoint = view->checkpoints().find(partition);
    if (checkpoint != view->checkpoints().end() && checkpoint->second.offset >= Offset{0}) {
      row.recorded_at = checkpoint->second.recorded_at;
    }
    out.lag_events += row.lag;
    if (row.lag > 0 && row.recorded_at) {
      row.lag_seconds = static_cast<double>(now_wall_clock().ms - row.recorded_at->ms) / 1'000;
      out.lag_seconds = std::max(out.lag_seconds, row.lag_seconds);
    }
    out.partitions.push_back(std::move(row));
  }
  const auto live = this->live();
  if (!live->is_foldable()) out.frozen_version = live->fold_version();
  const std::lock_guard lock(impl_->mutex);
  out.halted = impl_->halted;
  if (!out.halted && impl_->feed) out.halted = impl_->feed->error();
  for (PartitionStatus& row : out.partitions) {
    for (const PartitionFault& fault : impl_->faults) {
      if (fault.partition == row.partition) row.error = fault.error;
    }
  }
  out.steps = impl_->steps;
  out.records = impl_->records;
  return out;
}

}  // namespace rapport
