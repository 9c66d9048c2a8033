#include "engine/fold/folder.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <future>
#include <thread>

#include "engine/fold/checkpoint_check.h"
#include "engine/fold/fold_waiters.h"
#include "engine/fold/recent_outcomes.h"
#include "engine/fold/record_feed.h"
#include "engine/fold/refold.h"

namespace rapport {
namespace {

Positions all_partitions(const EventLog& log, const Checkpoints& checkpoints) {
  Positions out{{kControlPartition, Offset{}}};
  for (std::int32_t i = 0; i < log.partition_count(); ++i) out.emplace(Partition{i}, Offset{});
  for (const auto& [partition, checkpoint] : checkpoints) out[partition] = checkpoint.offset;
  return out;
}

std::int64_t lag_of(Offset position, Offset end) { return std::max<std::int64_t>(0, end.value - position.value); }

}  // namespace

struct Folder::Impl {
  Impl(EventLog& event_log, Generation& to_fold, std::unique_ptr<LogReader> reader, const FolderOptions& options)
      : log(event_log),
        generation(&to_fold),
        waiters(log.id(), options.waiters_max),
        outcomes(options.outcomes_kept_max),
        feed(log, std::move(reader), {.records_max = options.step_records_max, .bytes_max = options.step_bytes_max}) {
    waiters.reach(to_fold.view()->positions());
    thread = std::thread([this] { run(); });
  }

  ~Impl() {
    feed.stop();
    thread.join();
    const Error stopping{Errc::shutting_down, "the fold is stopping"};
    waiters.close(stopping);
    end_offers(stopping);
  }

  void run() {
    while (!feed.stopped()) {
      take_offer();
      const auto next_deadline = waiters.expire(FoldWaiters::Clock::now());
      auto batch = feed.take(std::min(next_deadline, FoldWaiters::Clock::now() + std::chrono::hours(1)));
      if (batch == nullptr) continue;
      if (auto folded = fold(*batch); !folded) return halt(folded.error());
      waiters.reach(batch->reached);
      for (const PartitionFault& fault : batch->faults) waiters.fault(fault);
      feed.recycle(std::move(batch));
    }
  }

  // Whatever goes wrong in here must not end the process: reads go on from the last view.
  Result<void> fold(DecodedBatch& batch) {
    if (!batch.records.empty()) {
      try {
        auto ended = generation.load()->fold(batch.records);
        if (!ended) return ended.error();
        outcomes.add(batch.records, *ended);
      } catch (const std::exception& e) {
        return Error{Errc::internal, std::string("the fold threw: ") + e.what()};
      }
    }
    const std::lock_guard lock(mutex);
    if (!batch.records.empty()) ++steps;
    records += batch.records.size();
    faults = batch.faults;
    return {};
  }

  struct Offer {
    Generation& fresh;
    const std::function<Result<void>()>& commit;
    std::promise<Result<Handover>> told;
  };

  void take_offer() {
    Offer* taken = nullptr;
    {
      const std::lock_guard lock(mutex);
      taken = std::exchange(offer, nullptr);
    }
    if (taken != nullptr) taken->told.set_value(consider(*taken));
  }

  Result<Handover> consider(const Offer& taken) {
    Handover out{.live = generation.load()->view()};
    RAPPORT_TRY(refold(log, taken.fresh, out.live->positions()));
    out.fresh = taken.fresh.view();
    if (total_digest(out.live->checkpoints()) != total_digest(out.fresh->checkpoints())) return out;
    RAPPORT_TRY(taken.commit());
    generation = &taken.fresh;
    out.swapped = true;
    return out;
  }

  // Nobody folds any more: whoever offers, now or later, is told so.
  void end_offers(const Error& error) {
    const std::lock_guard lock(mutex);
    offers_ended = error;
    if (Offer* left = std::exchange(offer, nullptr)) left->told.set_value(error);
  }

  void halt(const Error& error) {
    {
      const std::lock_guard lock(mutex);
      halted = error;
    }
    feed.stop();
    waiters.close(error);
    end_offers(error);
  }

  EventLog& log;
  std::atomic<Generation*> generation;
  FoldWaiters waiters;
  RecentOutcomes outcomes;
  RecordFeed feed;

  mutable std::mutex mutex;
  std::optional<Error> halted, offers_ended;
  Offer* offer = nullptr;
  std::vector<PartitionFault> faults;
  std::uint64_t steps = 0, records = 0;

  std::thread thread;
};

Folder::Folder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Folder::~Folder() = default;

Result<std::unique_ptr<Folder>> Folder::start(EventLog& log, Generation& generation, const FolderOptions& options) {
  const Checkpoints checkpoints = generation.view()->checkpoints();
  RAPPORT_TRY(check_checkpoints(log, checkpoints));
  auto reader = log.open_reader(all_partitions(log, checkpoints));
  if (!reader) return reader.error();
  return std::unique_ptr<Folder>(new Folder(std::make_unique<Impl>(log, generation, *std::move(reader), options)));
}

std::shared_ptr<const View> Folder::view() const { return impl_->generation.load()->view(); }

Result<Handover> Folder::offer(Generation& fresh, const std::function<Result<void>()>& commit) {
  Impl::Offer offer{fresh, commit, {}};
  auto told = offer.told.get_future();
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->offers_ended) return *impl_->offers_ended;
    impl_->offer = &offer;
  }
  impl_->feed.poke();
  return told.get();
}

void Folder::when_folded(const Positions& positions, std::chrono::steady_clock::time_point deadline, FoldedDone done) {
  impl_->waiters.add(positions, deadline, std::move(done));
  impl_->feed.poke();
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
  const auto view = impl_->generation.load()->view();
  const Positions ends = impl_->feed.ends();
  FoldStatus out;
  for (const auto& [partition, reached] : impl_->waiters.reached()) {
    PartitionStatus row{.partition = partition, .position = reached, .end = reached};
    if (const auto end = ends.find(partition); end != ends.end()) row.end = std::max(reached, end->second);
    row.lag = lag_of(row.position, row.end);
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
  const std::lock_guard lock(impl_->mutex);
  out.halted = impl_->halted ? impl_->halted : impl_->feed.error();
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
