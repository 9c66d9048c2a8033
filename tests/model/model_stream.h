// The oracle's view of a log: its records, what became of each, and the streams that they fall into.
//
// The oracle (tests/model) is a second fold of the same rules as projections/, written to be read beside
// docs/folding.md and obviously right: plain containers, everything recomputed from all records each time it is asked
// for. It shares no code with projections/, so that a mistake has to be made twice to go unseen.
//
// Invariants:
// - A stream is all that was said of one subject, in log order. One subject's records stand in one partition, so
//   (partition, offset) orders them.
// - A stream keeps accepted and refused events; repeats and parked records leave nothing in it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "events/event.h"
#include "events/position.h"
#include "events/result.h"
#include "events/timestamp.h"

namespace rapport::model {

struct Record {
  LogPosition position;
  Timestamp recorded_at;
  std::optional<Event> event;  // absent: its bytes do not decode

  friend bool operator==(const Record&, const Record&) = default;
};

enum class Outcome : std::uint8_t { accepted, repeated, refused, parked };

// The record that a repeat repeats, and what became of it: accepted, or refused with a reason.
struct FirstTelling {
  LogPosition position;
  Outcome outcome = Outcome::accepted;
  std::optional<Errc> reason;

  friend bool operator==(const FirstTelling&, const FirstTelling&) = default;
};

struct Decision {
  Outcome outcome = Outcome::accepted;
  std::optional<Errc> reason;         // of a refusal
  std::optional<FirstTelling> first;  // of a repeat
  std::uint64_t version = 0;          // the contact's or company's after this record; 0 in every other stream

  friend bool operator==(const Decision&, const Decision&) = default;
};

// An event that found its place in a stream.
struct Entry {
  Record record;
  Timestamp time;               // the event's own, or the one that the fold gave it
  std::optional<Errc> refused;  // absent: accepted
  bool late = false;            // something of that time or later stood in the stream before it

  const Event& event() const { return *record.event; }
  Outcome outcome() const { return refused ? Outcome::refused : Outcome::accepted; }

  friend bool operator==(const Entry&, const Entry&) = default;
};

using Stream = std::vector<Entry>;

// The accepted entries, in log order.
Stream accepted(const Stream& stream);
// The entries ordered by (time, position): a late event stands where it belongs.
Stream by_time(Stream stream);

// Whether an accepted event of the type makes the contact or company exist.
bool creates(EventType type);
// Whether the type is one of contact.* or company.*, by our table of types: a change, not a thing that happened.
bool is_change(EventType type);
// Whether an accepted event of the type moves the version.
bool moves_version(EventType type);

bool exists(const Stream& stream);
std::uint64_t version_of(const Stream& stream);
// The accepted event of that type which came first in the log, or null. Lives as long as `stream`.
const Entry* first_accepted(const Stream& stream, EventType type);

}  // namespace rapport::model
