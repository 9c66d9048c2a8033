// A contact as it would be had some of its events not been there, and which writes bring it there. docs/reverting.md.
//
// Invariants:
// - Only a register that a chosen event holds now is set back, to what the timeline without the chosen events gives it:
//   leaving out a write that holds nothing changes nothing.
// - Compensations belong to what they undo: a chosen event brings along what earlier reverts of it wrote.
// - One pass over the timeline; memory grows with the registers, not with the events.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "events/payload.h"
#include "projections/contact_state.h"
#include "projections/timeline_row.h"
#include "projections/view.h"

namespace rapport {

// The source of compensating events.
inline constexpr std::string_view kRevertSource = "rapport/revert";

// "revert-" and 32 hex digits, made of the event's name: what the ids of all its compensations begin with, up to a dot.
std::string revert_id(std::string_view source, std::string_view event_id, std::optional<Timestamp> own_time);

// Whether the event of this row is taken back.
using RevertChoice = std::function<bool(const TimelineRow&)>;

// What undoes one event: its registers set back, or its merge link.
struct Setback {
  WriteStamp undone;      // the event's stamp
  std::string undone_id;  // its id
  std::string revert_id;
  ContactChanged change;
  std::optional<std::optional<ContactId>> merged_into;  // instead of `change`
};

struct RevertChange {
  std::string path;  // as register_writes.h has it
  JsonText now, then;
};

// A register that a chosen event wrote and another event has written since: left alone.
struct RevertConflict {
  std::string path;
  JsonText value;
  WriteStamp stamp;
  std::string source, event_id;  // who holds it now
};

struct ContactRevert {
  std::uint64_t events = 0;  // chosen and accepted, with earlier compensations of them
  std::uint64_t kept = 0;    // of these, what no register holds: visits, chats, notes
  std::string first_id;      // revert_id of the first in time
  std::uint64_t version = 0;
  Gone gone = Gone::no;                  // then nothing else is said: nothing can be set back
  bool created = false;                  // it would not exist without them
  bool merged = false;                   // with other contacts, also once it is set back
  std::optional<ContactId> merged_into;  // as it is now
  std::vector<Setback> setbacks;         // in order of stamp
  std::vector<RevertChange> changes;     // in order of path
  std::vector<RevertConflict> conflicts;
};

// Errors: storage_failed, corrupt.
[[nodiscard]] Result<ContactRevert> read_contact_revert(const View& view, ContactId id, const RevertChoice& chosen);

// The contacts that have a chosen event, of those that the view shows.
struct ChosenContacts {
  std::vector<ContactId> contacts;
  std::uint64_t rows = 0;         // read
  std::optional<ContactId> next;  // where to go on; absent: the end
};
// From contact `from` on, until `contacts_max` are found or `rows_max` rows are read, contacts that are passed over
// counted with them; whole contacts only.
// Errors: storage_failed, corrupt.
[[nodiscard]] Result<ChosenContacts> find_chosen_contacts(const View& view, ContactId from, const RevertChoice& chosen,
                                                          std::size_t contacts_max, std::uint64_t rows_max);

}  // namespace rapport
