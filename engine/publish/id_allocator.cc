#include "engine/publish/id_allocator.h"

#include <algorithm>

#include "engine/publish/append_and_fold.h"
#include "engine/publish/id_blocks.h"
#include "engine/publish/own_events.h"

namespace rapport {

IdAllocator::IdAllocator(EventLog& log, Folder& folder, const IdAllocatorOptions& options)
    : log_(log), folder_(folder), options_(options), holder_(make_event_id()) {}

void IdAllocator::allocate(IdKind kind, std::size_t count, IdsDone done) {
  {
    const std::lock_guard lock(mutex_);
    of(kind).waiting.push_back({count, std::move(done)});
  }
  serve(kind);
}

bool IdAllocator::has_given_out(IdKind kind, std::uint64_t id) const {
  const std::lock_guard lock(mutex_);
  return kinds_[static_cast<std::size_t>(kind)].given_out.has(id);
}

std::uint64_t IdAllocator::likely(IdKind kind, const ControlState& control, std::uint64_t behind) const {
  {
    const std::lock_guard lock(mutex_);
    for (const Range& range : kinds_[static_cast<std::size_t>(kind)].ranges) {
      if (behind < range.end - range.next) return range.next + behind;
      behind -= range.end - range.next;
    }
  }
  return lowest_free_block(control, kind, options_.block_size, behind / options_.block_size + 1).from + behind;
}

std::vector<std::uint64_t> IdAllocator::take(Kind& own, std::size_t count) {
  std::vector<std::uint64_t> ids;
  ids.reserve(count);
  while (ids.size() < count) {
    Range& range = own.ranges.front();
    const std::uint64_t taken = std::min<std::uint64_t>(count - ids.size(), range.end - range.next);
    own.given_out.add(range.next, taken);
    for (std::uint64_t i = 0; i < taken; ++i) ids.push_back(range.next++);
    if (range.next == range.end) own.ranges.pop_front();
  }
  own.left -= count;
  return ids;
}

// Those that do not suit are passed over for good: kept for a better day they would be ever more.
void IdAllocator::add_suitable(IdKind kind, Kind& own, Range reserved) const {
  const auto suits = [&](std::uint64_t id) { return !options_.suits || options_.suits(kind, id); };
  for (std::uint64_t id = reserved.next; id < reserved.end;) {
    const bool good = suits(id);
    Range run{id, id + 1};
    while (run.end < reserved.end && suits(run.end) == good) ++run.end;
    const std::uint64_t count = run.end - run.next;
    if (good) {
      own.ranges.push_back(run);
      own.left += count;
    } else {
      own.given_out.add(run.next, count);
    }
    id = run.end;
  }
}

void IdAllocator::serve(IdKind kind) {
  std::vector<std::pair<IdsDone, std::vector<std::uint64_t>>> served;
  std::uint64_t missing = 0;
  {
    const std::lock_guard lock(mutex_);
    Kind& own = of(kind);
    while (!own.waiting.empty() && own.left >= own.waiting.front().count) {
      served.emplace_back(std::move(own.waiting.front().done), take(own, own.waiting.front().count));
      own.waiting.pop_front();
    }
    if (!own.waiting.empty() && !own.reserving) {
      own.reserving = true;
      for (const Waiting& waiting : own.waiting) missing += waiting.count;
      missing -= own.left;
    }
  }
  for (auto& [done, ids] : served) done(std::move(ids));
  if (missing > 0) reserve(kind, missing, 1);
}

void IdAllocator::reserve(IdKind kind, std::uint64_t count, int attempt) {
  const std::uint64_t blocks = (count + options_.block_size - 1) / options_.block_size;
  const IdBlock block = lowest_free_block(folder_.view()->control(), kind, options_.block_size, blocks);
  if (block.from + block.count - 1 > kIdMax) return fail(kind, {Errc::overloaded, "all ids are reserved"});
  const Event event =
      own_event(EventType::ids_reserved, ControlSubject{}, IdsReserved{kind, block.from, block.count, holder_});
  auto record = own_record(log_, event);
  if (!record) return fail(kind, record.error());
  append_and_fold(log_, folder_, {*std::move(record)}, options_.fold_wait_max,
                  [this, kind, count, attempt, from = block.from](Result<void> folded) {
                    if (!folded) return fail(kind, folded.error());
                    reserved(kind, count, attempt, from);
                  });
}

// The range may be one that we asked for before and had given up waiting for: it is ours all the same.
void IdAllocator::reserved(IdKind kind, std::uint64_t count, int attempt, std::uint64_t from) {
  const auto view = folder_.view();
  const IdRange* range = view->control().range_of(kind, from);
  if (range == nullptr || range->holder != holder_) {
    if (attempt == kReservationsMax) {
      return fail(kind, {Errc::overloaded, std::to_string(kReservationsMax) + " reservations of ids came second"});
    }
    return reserve(kind, count, attempt + 1);
  }
  {
    const std::lock_guard lock(mutex_);
    Kind& own = of(kind);
    add_suitable(kind, own, {range->from, range->from + range->count});
    own.reserving = false;
  }
  serve(kind);
}

void IdAllocator::fail(IdKind kind, const Error& error) {
  std::deque<Waiting> waiting;
  {
    const std::lock_guard lock(mutex_);
    waiting.swap(of(kind).waiting);
    of(kind).reserving = false;
  }
  for (Waiting& one : waiting) one.done(error);
}

}  // namespace rapport
