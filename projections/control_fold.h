// What the control stream folds into: who opened the log, which ranges of ids are given out, tags, attributes, keys,
// and what became of parked records. Held in memory whole, and the same in every instance.
//
// Invariants: in the log's order; a reservation that overlaps an earlier one is void as a whole. A copy costs nothing,
// and a change what it changes: there are as many ranges as ids that publishers bring, far from each other.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "events/event.h"
#include "projections/outcome.h"
#include "projections/persistent_map.h"
#include "projections/stream_fold.h"

namespace rapport {

struct IdRange {
  std::uint64_t from = 0, count = 0;
  std::string holder;  // who may give its ids out; empty: a range around ids that publishers bring

  bool has(std::uint64_t id) const { return id >= from && id - from < count; }
  friend bool operator==(const IdRange&, const IdRange&) = default;
};

struct ApiKey {
  KeyCreated created;
  Timestamp created_at{};
  std::optional<Timestamp> revoked_at;
  friend bool operator==(const ApiKey&, const ApiKey&) = default;
};

enum class ParkedFate : std::uint8_t { retried, discarded };

// What was done about a parked record last, when, and under whose key.
struct ParkedVerdict {
  ParkedFate fate = ParkedFate::retried;
  Timestamp at{};
  std::optional<std::string> actor;
};

struct ControlState {
  std::optional<LogOpened> opened;
  std::array<PersistentMap<std::uint64_t, IdRange>, kIdKindNames.size()> ranges;  // per IdKind, by `from`
  PersistentMap<std::uint64_t, TagDefined> tags;
  PersistentMap<std::string, std::uint64_t> tag_by_name;
  PersistentMap<std::uint64_t, AttributeDefined> attributes;
  std::array<PersistentMap<std::string, std::uint64_t>, kAttributeObjectNames.size()> attribute_by_key;  // per object
  PersistentMap<std::string, ApiKey> keys;
  PersistentMap<std::string, ParkedVerdict> parked_verdicts;  // by the parked record's position

  // The range that has the id, or nullptr.
  const IdRange* range_of(IdKind kind, std::uint64_t id) const;
  const AttributeDefined* attribute(AttributeObject object, std::string_view key) const;

  Refusal decide(const Event& event) const;
  // An accepted event. `at` is its time in the stream.
  void accept(const Event& event, Timestamp at);
  // Parts of it: the newest of an id stands.
  void define(const AttributeDefined& attribute);
  void drop_attribute(std::uint64_t id);
};

}  // namespace rapport
