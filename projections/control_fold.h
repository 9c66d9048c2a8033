// What the control stream folds into: who opened the log, which ranges of ids are given out, tags, attributes, keys,
// and what became of parked records. Small, held in memory whole, and the same in every instance.
//
// Invariants: in the log's order; a reservation that overlaps an earlier one is void as a whole.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "events/event.h"
#include "projections/outcome.h"
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
  std::array<std::map<std::uint64_t, IdRange>, kIdKindNames.size()> ranges;  // per IdKind, by `from`
  std::map<std::uint64_t, TagDefined> tags;
  std::map<std::string, std::uint64_t, std::less<>> tag_by_name;
  std::map<std::uint64_t, AttributeDefined> attributes;
  std::map<std::string, ApiKey, std::less<>> keys;
  std::map<std::string, ParkedVerdict, std::less<>> parked_verdicts;  // by the parked record's position

  // The range that has the id, or nullptr.
  const IdRange* range_of(IdKind kind, std::uint64_t id) const;
  const AttributeDefined* attribute(AttributeObject object, std::string_view key) const;

  Refusal decide(const Event& event) const;
  // An accepted event. `at` is its time in the stream.
  void accept(const Event& event, Timestamp at);
};

}  // namespace rapport
