#include "engine/publish/id_allocator.h"

#include <algorithm>

#include "engine/publish/id_blocks.h"
#include "engine/publish/own_events.h"

namespace rapport {
namespace {

constexpr int kAttemptsMax = 20;  // others may reserve the same block at the same moment
constexpr std::chrono::seconds kFoldPatience{10};

}  // namespace

IdAllocator::IdAllocator(EventLog& log, Folder& folder, std::uint64_t block_size)
    : log_(log), folder_(folder), block_size_(block_size), holder_(make_event_id()) {}

void IdAllocator::allocate(IdKind kind, std::size_t count, IdsDone done) {
  {
    const std::lock_guard lock(mutex_);
    of(kind).waiting.push_back({count, std::move(done)});
  }
  serve(kind);
}

bool IdAllocator::has_given_out(IdKind kind, std::uint64_t id) const {
  const std::lock_guard lock(mutex_);
  const Kind& own = kinds_[static_cast<std::size_t>(kind)];
  if (id >= own.from && id < own.next) return true;
  return std::any_of(own.used_up.begin(), own.used_up.end(),
                     [id](const auto& range) { return id >= range.first && id < range.second; });
}

void IdAllocator::serve(IdKind kind) {
  std::vector<std::pair<IdsDone, std::vector<std::uint64_t>>> served;
  std::size_t missing = 0;
  {
    const std::lock_guard lock(mutex_);
    Kind& own = of(kind);
    while (!own.waiting.empty() && own.end - own.next >= own.waiting.front().count) {
      std::vector<std::uint64_t> ids(own.waiting.front().count);
      for (std::uint64_t& id : ids) id = own.next++;
      served.emplace_back(std::move(own.waiting.front().done), std::move(ids));
      own.waiting.pop_front();
    }
    if (!own.waiting.empty() && !own.reserving) {
      own.reserving = true;
      missing = own.waiting.front().count;
    }
  }
  for (auto& [done, ids] : served) done(std::move(ids));
  if (missing > 0) reserve(kind, missing, 1);
}

void IdAllocator::reserve(IdKind kind, std::size_t count, int attempt) {
  const std::uint64_t blocks = (count + block_size_ - 1) / block_size_;
  const IdBlock block = lowest_free_block(folder_.view()->control(), kind, block_size_, blocks);
  if (block.from + block.count - 1 > kIdMax) return fail(kind, {Errc::overloaded, "all ids are reserved"});
  const Event event =
      own_event(EventType::ids_reserved, ControlSubject{}, IdsReserved{kind, block.from, block.count, holder_});
  log_.append({own_record(log_, event)}, [this, kind, count, attempt, from = block.from](auto positions) {
    if (!positions) return fail(kind, positions.error());
    Positions wanted;
    advance(wanted, positions->front());
    folder_.when_folded(wanted, std::chrono::steady_clock::now() + kFoldPatience,
                        [this, kind, count, attempt, from](Result<void> folded) {
                          if (!folded) return fail(kind, folded.error());
                          reserved(kind, count, attempt, from);
                        });
  });
}

void IdAllocator::reserved(IdKind kind, std::size_t count, int attempt, std::uint64_t from) {
  const auto view = folder_.view();
  const IdRange* range = view->control().range_of(kind, from);
  if (range == nullptr || range->holder != holder_) {
    if (attempt == kAttemptsMax) return fail(kind, {Errc::overloaded, "every reservation of ids came second"});
    return reserve(kind, count, attempt + 1);
  }
  {
    const std::lock_guard lock(mutex_);
    Kind& own = of(kind);
    // What is left of the range before is let go: a whole answer comes from one range.
    if (own.end > 0) own.used_up.emplace_back(own.from, own.next);
    own.from = own.next = range->from;
    own.end = range->from + range->count;
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
