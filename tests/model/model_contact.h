// What a contact is, once its accepted events are read in the order of (time, position) and every one of them simply
// overwrites what it names: the last writer is the register's winner.
//
// Invariants: a contact is of its own id only. Who is merged with whom is told by the registers `merged_into` (on the
// loser, which decides) and `absorbed` (on the survivor, a hint); no value of another member is in here.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "tests/model/model_stream.h"

namespace rapport::model {

// A register's winning write: the one with the greatest (time, position).
template <class T>
struct Register {
  T value;
  Timestamp time;
  LogPosition position;

  friend bool operator==(const Register&, const Register&) = default;
};

struct Visit {
  Timestamp first, last;  // of the events that name it, a chat within it too
  // The visit.started with the greatest (time, position), whole; absent while none was seen.
  std::optional<Register<VisitDetails>> started;
  std::optional<Timestamp> ended;  // the greatest time of a visit.ended
  std::uint64_t pages = 0;

  friend bool operator==(const Visit&, const Visit&) = default;
};

struct Case {
  Timestamp first, last;  // of the events that name it
  // The chat.started with the greatest (time, position), whole; absent while none was seen.
  std::optional<Register<ChatStarted>> started;
  std::optional<Register<CaseStatusChanged>> status;  // absent: queued
  std::optional<Register<std::string>> agent;         // of chat.started and case.status.changed
  std::uint64_t messages = 0;

  CaseStatus current_status() const { return status ? status->value.status : CaseStatus::queued; }
  // The time of the winning case.status.changed, where it closes the case.
  std::optional<Timestamp> closed() const;

  friend bool operator==(const Case&, const Case&) = default;
};

struct Counters {
  std::uint64_t events = 0;  // accepted, of any type
  std::uint64_t visits = 0;
  std::uint64_t chats = 0;  // cases
  std::uint64_t messages = 0;
  std::uint64_t open_cases = 0;  // whose status is not closed

  friend bool operator==(const Counters&, const Counters&) = default;
};

enum class Existence : std::uint8_t { missing, present, deleted, erased };

struct Contact {
  Existence existence = Existence::missing;
  std::uint64_t version = 0;
  std::optional<Timestamp> gone_since;  // the time of the deletion or, where there is one, of the erasure

  // The rest is empty in an erased contact, but for the timeline; in a deleted one it is what its events left.
  std::optional<Timestamp> date_created, date_updated, first_seen, last_seen;
  std::map<std::string, Register<JsonText>> fields;  // null: removed
  std::map<ClientAttribute, Register<JsonText>> client;
  std::map<std::string, Register<bool>> tags;
  std::optional<Register<std::optional<CompanyId>>> company;
  std::optional<Register<bool>> archived;
  std::optional<Register<std::optional<Block>>> blocked;
  std::optional<Register<std::optional<ContactId>>> merged_into;
  std::map<ContactId, Register<bool>> absorbed;
  std::set<Identity> identities;  // those that its events came under
  std::map<std::string, Visit> visits;
  std::map<std::string, Case> cases;
  Counters counters;
  // Every event of it, refused ones too, by (time, position). Of an erased contact: the erasing one and, without what
  // they said, those that came after it.
  Stream timeline;

  // How many events of each type were accepted, and how many were refused; an erased contact keeps these.
  std::map<std::string, std::uint64_t> accepted_by_type;
  std::uint64_t refused = 0;

  friend bool operator==(const Contact&, const Contact&) = default;
};

Contact contact_of(const Stream& stream);

}  // namespace rapport::model
