// What every stream (a contact's, a company's, an identity's) remembers of its events: which it has seen, when the
// latest was, and how many of each type. It decides whether an event is a repeat, before any rule of its type.
//
// An event with its own time repeats one only at the same time in the same stream, so one that is later than all its
// stream has seen needs no look-up. For the others there is a row per event that was not the first at its time, and
// the first one is the first timeline row at that time: two look-ups, however many events share a time. An event
// without a time leaves a row for good.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "events/event.h"
#include "projections/digest.h"
#include "projections/outcome.h"

namespace rapport {

// An event's name within its stream: (source, id), hashed; and its time where the publisher gave one.
struct EventName {
  Digest hash;
  std::optional<Timestamp> time;

  friend bool operator==(const EventName&, const EventName&) = default;
};
EventName event_name(std::string_view source, std::string_view id, std::optional<Timestamp> time);
inline EventName event_name(const Event& event) { return event_name(event.source, event.id, event.time); }

struct FirstOutcome {
  Refusal refusal = Refusal::none;
  Offset offset;

  friend bool operator==(const FirstOutcome&, const FirstOutcome&) = default;
};

// The stored part, in the stream's state row.
struct StreamLedger {
  std::optional<Timestamp> latest;    // greatest time in the timeline, refused events included
  std::optional<Timestamp> earliest;  // least time of an accepted event
  std::array<std::uint32_t, static_cast<std::size_t>(EventType::custom) + 1> accepted{};  // per type
  std::uint32_t refused = 0;
  Digest timeline_sum;  // of the timeline rows' hashes

  std::uint64_t accepted_count() const;
  // Of the timeline's rows, those that an erasure took away included.
  std::uint64_t event_count() const { return accepted_count() + refused; }
  std::uint64_t accepted_count(EventType type) const { return accepted[static_cast<std::size_t>(type)]; }

  friend bool operator==(const StreamLedger&, const StreamLedger&) = default;
};

// The events seen that one batch needs to know of: those loaded from rows, and those of the batch itself.
class SeenEvents {
 public:
  // From a row that was there before the batch.
  void load(const EventName& name, const FirstOutcome& first) { rows_[name] = first; }
  // An event of the batch. `needs_row`: it is not the first at the latest time, so only a row can tell of it.
  void add(const EventName& name, const FirstOutcome& first, bool needs_row);
  const FirstOutcome* find(const EventName& name) const;
  void clear();

  // The rows to be written, in the order of their adding.
  const std::vector<std::pair<EventName, FirstOutcome>>& new_rows() const { return new_rows_; }

 private:
  struct NameHash {
    std::size_t operator()(const EventName& name) const noexcept {
      return static_cast<std::size_t>(name.hash.value) ^
             static_cast<std::size_t>(name.time ? static_cast<std::uint64_t>(name.time->ms) * 0x9E3779B97F4A7C15ULL
                                                : 1);
    }
  };

  std::unordered_map<EventName, FirstOutcome, NameHash> rows_;
  // Those that were later than all before them: ascending by time, so a late event finds its time by bisection.
  std::vector<std::pair<EventName, FirstOutcome>> latest_in_turn_;
  std::vector<std::pair<EventName, FirstOutcome>> new_rows_;
};

// The event's place in time: its own, or for one without the later of recordedAt and the latest in the stream + 1 ms,
// so that an acknowledged write always shows.
Timestamp time_in_stream(const StreamLedger& ledger, const RecordedEvent& recorded);

}  // namespace rapport
