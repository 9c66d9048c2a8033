#include "projections/contact_step.h"

#include <algorithm>
#include <future>
#include <mutex>
#include <span>
#include <system_error>
#include <thread>
#include <utility>

#include "projections/contact_index.h"
#include "projections/contact_row.h"
#include "projections/key_layout.h"
#include "projections/seen_lookup.h"

namespace rapport {
namespace {

// A large step's contacts are loaded and folded so many records at a time, which bounds the memory that it takes.
constexpr std::size_t kChunkRecords = 4'096;
constexpr std::size_t kHalvedRecordsMin = 2'048;  // fewer are not worth a thread

// One contact and its records in this step.
struct Group {
  ContactRows rows;
  RecordIndexes indexes;
  Partition partition{};
  // As the step found it, and left it.
  Digest before, behind;
  bool was_live = false;
  Standing stood = Standing::none;
  IndexScope scope = IndexScope::all;
  IndexEntries had;

  explicit Group(ContactId id) : rows(id) {}
};

using ContactIndexes = std::span<const std::pair<ContactId, std::uint32_t>>;  // sorted

std::vector<Group> group_by_contact(ContactIndexes indexes) {
  std::vector<Group> groups;
  std::size_t count = 0;
  for (std::size_t i = 0; i < indexes.size(); ++i) count += i == 0 || indexes[i].first != indexes[i - 1].first;
  groups.reserve(count);
  for (const auto& [id, index] : indexes) {
    if (groups.empty() || groups.back().rows.id != id) groups.emplace_back(id);
    groups.back().indexes.push_back(index);
  }
  return groups;
}

// The cache as those who fold parts of a step beside each other have it.
struct SharedCache {
  StateCache& states;
  std::mutex mutex = {};
};

// Those that the cache has; the others.
std::vector<Group*> take_cached(SharedCache* shared, std::span<Group> groups) {
  std::vector<Group*> missing;
  missing.reserve(groups.size());
  std::unique_lock<std::mutex> lock;
  if (shared) lock = std::unique_lock(shared->mutex);
  for (Group& group : groups) {
    auto cached = shared ? shared->states.take(group.rows.id) : std::nullopt;
    if (cached) {
      group.rows.state = std::move(cached->state);
      group.before = cached->digest;
    } else {
      missing.push_back(&group);
    }
  }
  return missing;
}

Result<void> load_states(const Store& store, SharedCache* shared, std::span<Group> groups) {
  const std::vector<Group*> missing = take_cached(shared, groups);
  std::vector<std::string> keys;
  keys.reserve(missing.size());
  for (const Group* group : missing) keys.push_back(state_key(group->rows.stream.key));
  const std::vector<std::string_view> views(keys.begin(), keys.end());
  auto found = store.multi_get(views);
  if (!found) return found.error();
  for (std::size_t i = 0; i < missing.size(); ++i) {
    if (!(*found)[i]) continue;
    auto state = decode_contact(*(*found)[i]);
    if (!state) {
      return Error{state.error().code,
                   "contact " + std::to_string(missing[i]->rows.id.value) + ": " + state.error().detail};
    }
    missing[i]->rows.state = *std::move(state);
    missing[i]->before = contact_digest(missing[i]->rows.id, missing[i]->rows.state);
  }
  return {};
}

// Most events move few of the rows in indexes: what they leave alone is not looked at.
IndexScope scope_of(const StepContext& step, const Group& group) {
  if (!group.rows.state.is_live()) return IndexScope::all;
  IndexScope scope = IndexScope::seen;
  for (const std::uint32_t index : group.indexes) scope = scope | index_scope_of(step.recorded(index).event);
  return scope;
}

void remember_before(const StepContext& step, Group& group, IndexScope scope) {
  const ContactState& state = group.rows.state;
  group.behind = group.before;  // until an event changes it
  group.was_live = state.is_live();
  group.stood = state.standing();
  group.scope = scope;
  group.had = IndexEntries(step.indexes, group.rows.id, state, group.scope);
}

Result<void> load_seen(const StepContext& step, std::span<Group> groups) {
  SeenLookup lookup;
  std::vector<const RecordedEvent*> events;
  for (Group& group : groups) {
    events.clear();
    for (const std::uint32_t index : group.indexes) events.push_back(&step.recorded(index));
    lookup.plan(group.rows.stream, group.rows.state.ledger, events);
  }
  return lookup.load(*step.store);
}

// Reads rows that may be there into entries that are there; contacts without any visit or case need no read.
template <class Entry, class Decode>
Result<void> load_entries(const Store& store, std::vector<std::pair<std::string, Entry*>>& wanted,
                          const Decode& decode) {
  std::sort(wanted.begin(), wanted.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string_view> keys;
  keys.reserve(wanted.size());
  for (const auto& [key, entry] : wanted) keys.push_back(key);
  auto found = store.multi_get(keys);
  if (!found) return found.error();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!(*found)[i]) continue;
    RAPPORT_TRY(decode(*(*found)[i], *wanted[i].second));
  }
  return {};
}

Result<void> load_visits_and_cases(const StepContext& step, std::span<Group> groups) {
  std::vector<std::pair<std::string, VisitEntry*>> visits;
  std::vector<std::pair<std::string, CaseEntry*>> cases;
  for (Group& group : groups) {
    ContactRows& rows = group.rows;
    if (rows.state.visits == 0 && rows.state.cases == 0) continue;
    for (const std::uint32_t index : group.indexes) {
      const Event& event = step.recorded(index).event;
      if (const auto id = visit_named_by(event); id && rows.state.visits != 0) {
        const auto [it, added] = rows.visits.try_emplace(std::string(*id));
        if (added) visits.emplace_back(visit_key(rows.id, *id), &it->second);
      }
      if (const auto id = case_named_by(event); id && rows.state.cases != 0) {
        const auto [it, added] = rows.cases.try_emplace(std::string(*id));
        if (added) cases.emplace_back(case_key(rows.id, *id), &it->second);
      }
    }
  }
  RAPPORT_TRY(load_entries(*step.store, visits, [](std::string_view row, VisitEntry& entry) -> Result<void> {
    auto visit = decode_visit(row);
    if (!visit) return visit.error();
    entry.visit = *visit;
    return {};
  }));
  return load_entries(*step.store, cases, [](std::string_view row, CaseEntry& entry) -> Result<void> {
    auto support_case = decode_case(row);
    if (!support_case) return support_case.error();
    entry.support_case = *support_case;
    return {};
  });
}

Result<void> write_contact(StepContext& step, const ContactRows& rows) {
  RowBuffer& out = step.rows;
  if (rows.stream.erase_rows) {
    RAPPORT_TRY(erase_rows_under(step, visit_key(rows.id, "")));
    RAPPORT_TRY(erase_rows_under(step, case_key(rows.id, "")));
    RAPPORT_TRY(erase_rows_under(step, past_prefix(rows.id)));
  }
  for (const auto& [id, entry] : rows.cases) {
    if (entry.changed) out.put(case_key(rows.id, id), encode_case(entry.support_case));
  }
  for (const auto& [id, entry] : rows.visits) {
    if (entry.changed) out.put(visit_key(rows.id, id), encode_visit(entry.visit));
  }
  for (const auto& [key, value] : rows.past) out.put(key, value);
  out.put(state_key(rows.stream.key), encode_contact(rows.state));
  return write_stream_rows(step, rows.stream);
}

void apply_all(StepContext& step, Group& group, ContactApply apply_to_contact) {
  group.partition = step.recorded(group.indexes.front()).position.partition;
  for (const std::uint32_t index : group.indexes) step.apply_to(group.rows, index, apply_to_contact);
}

Result<void> finish_contact(StepContext& step, Group& group) {
  ContactRows& rows = group.rows;
  if (rows.stream.appended.empty()) return {};  // repeats leave nothing
  group.behind = contact_digest(rows.id, rows.state);
  change_digest(step, group.partition, rows.stream.key, group.before, group.behind);
  Checkpoint& checkpoint = step.checkpoints[group.partition];
  checkpoint.contacts += static_cast<std::uint64_t>(rows.state.is_live()) - static_cast<std::uint64_t>(group.was_live);
  checkpoint.move_root(group.stood, rows.state.standing());
  RAPPORT_TRY(write_contact(step, rows));
  write_index_changes(group.had, IndexEntries(step.indexes, rows.id, rows.state, group.scope), step.rows);
  return {};
}

void keep_states(SharedCache& shared, std::vector<Group>& groups) {
  const std::lock_guard lock(shared.mutex);
  for (Group& group : groups) {
    ContactState& state = group.rows.state;
    if (state.ledger.latest) shared.states.put(group.rows.id, {std::move(state), group.behind});
  }
}

// The first contacts that have so many records or more, whole.
std::size_t size_of_whole(ContactIndexes indexes, std::size_t records) {
  std::size_t size = std::min(indexes.size(), records);
  while (size < indexes.size() && indexes[size].first == indexes[size - 1].first) ++size;
  return size;
}

Result<void> fold_chunk(StepContext& step, SharedCache* cache, ContactApply apply_to_contact, ContactIndexes indexes) {
  std::vector<Group> groups = group_by_contact(indexes);
  if (step.store) {
    RAPPORT_TRY(load_states(*step.store, cache, groups));
    RAPPORT_TRY(load_seen(step, groups));
    RAPPORT_TRY(load_visits_and_cases(step, groups));
  }
  for (Group& group : groups) {
    remember_before(step, group, scope_of(step, group));
    group.rows.stream.appended.reserve(group.indexes.size());
    apply_all(step, group, apply_to_contact);
    RAPPORT_TRY(finish_contact(step, group));
  }
  if (cache) keep_states(*cache, groups);
  return {};
}

Result<void> fold_chunks(StepContext& step, SharedCache* cache, ContactApply apply_to_contact, ContactIndexes left) {
  while (!left.empty()) {
    const std::size_t size = size_of_whole(left, kChunkRecords);
    RAPPORT_TRY(fold_chunk(step, cache, apply_to_contact, left.first(size)));
    left = left.subspan(size);
  }
  return {};
}

// Contacts that are folded beside others of their step: what comes of them is added to it behind those.
struct PartOfStep {
  Checkpoints checkpoints;
  DigestBuckets buckets;
  RowBuffer rows;
  StepContext step;  // refers to these

  explicit PartOfStep(const StepContext& whole)
      : step{whole.store, whole.records, whole.outcomes, checkpoints, buckets, whole.indexes, rows} {}
  PartOfStep(const PartOfStep&) = delete;
  PartOfStep& operator=(const PartOfStep&) = delete;

  void add_to(StepContext& whole) {
    for (const auto& [partition, counted] : checkpoints) whole.checkpoints[partition].add_streams(counted);
    whole.buckets.add(buckets);
    whole.rows.add(std::move(rows));
  }
};

// The second half of a large step's contacts on a thread of its own.
Result<void> fold_halves(StepContext& step, SharedCache& cache, ContactApply apply_to_contact, ContactIndexes all) {
  const std::size_t half = size_of_whole(all, all.size() / 2);
  PartOfStep second(step);
  std::future<Result<void>> beside;
  try {
    beside = std::async(std::launch::async,
                        [&] { return fold_chunks(second.step, &cache, apply_to_contact, all.subspan(half)); });
  } catch (const std::system_error&) {  // there is no thread to be had
    return fold_chunks(step, &cache, apply_to_contact, all);
  }
  const Result<void> first = fold_chunks(step, &cache, apply_to_contact, all.first(half));
  try {
    RAPPORT_TRY(beside.get());
  } catch (...) {
    step.applying = second.step.applying;
    throw;
  }
  RAPPORT_TRY(first);
  second.add_to(step);
  return {};
}

}  // namespace

struct ContactInPieces::Impl : Group {
  using Group::Group;
  bool is_begun = false;
};

ContactInPieces::ContactInPieces(ContactId id) : impl_(std::make_unique<Impl>(id)) {}
ContactInPieces::ContactInPieces(ContactInPieces&&) noexcept = default;
ContactInPieces::~ContactInPieces() = default;

Result<void> ContactInPieces::fold(StepContext& step, ContactApply apply_to_contact, RecordIndexes indexes) {
  Group& group = *impl_;
  const std::span<Group> groups(&group, 1);
  group.indexes = std::move(indexes);
  if (step.store && !impl_->is_begun) RAPPORT_TRY(load_states(*step.store, nullptr, groups));
  if (step.store && !group.rows.stream.erase_rows) {
    RAPPORT_TRY(load_seen(step, groups));
    RAPPORT_TRY(load_visits_and_cases(step, groups));
  }
  if (!std::exchange(impl_->is_begun, true)) remember_before(step, group, IndexScope::all);
  apply_all(step, group, apply_to_contact);
  return {};
}

Result<void> ContactInPieces::finish(StepContext& step) { return finish_contact(step, *impl_); }

Result<void> fold_contacts(StepContext& step, StateCache* cache, ContactApply apply_to_contact,
                           const std::vector<std::pair<ContactId, std::uint32_t>>& indexes) {
  if (cache == nullptr) return fold_chunks(step, nullptr, apply_to_contact, indexes);
  SharedCache shared{*cache};
  const bool is_large = indexes.size() >= kHalvedRecordsMin && std::thread::hardware_concurrency() > 1;
  return is_large ? fold_halves(step, shared, apply_to_contact, indexes)
                  : fold_chunks(step, &shared, apply_to_contact, indexes);
}

}  // namespace rapport
