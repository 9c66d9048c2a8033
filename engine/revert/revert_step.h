// One piece of a revert: the contacts from one on, of all partitions or of one alone, read without the chosen events
// and set back. What a piece is of is found in the rows that are folded here.
//
// Invariants: at most kRevertPieceContacts contacts are held at once. What a piece writes is folded before it is over,
// of the partitions that it is of. Taken again, also by another engine of the log, it writes nothing twice: a
// compensation's id is made of what it undoes and of the version that it expects.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/fold/folder.h"
#include "engine/publish/publisher.h"
#include "engine/revert/compensation.h"
#include "engine/revert/revert_choice.h"

namespace rapport {

inline constexpr std::size_t kRevertPieceContacts = 200;
inline constexpr std::uint64_t kRevertPieceRows = 100'000;
inline constexpr std::size_t kRevertContactsTold = 100;

struct RevertRequest {
  RevertSelection selection;
  CreatedContacts created = CreatedContacts::leave;
  bool dry_run = false;
  std::string actor;  // stamped into what it writes
};

struct RevertedContact {
  ContactId contact;
  bool created = false, removed = false, gone = false;
  std::optional<Error> refused;  // why a compensating event was: mostly that the contact has moved on
  std::vector<RevertChange> changes;
  std::vector<RevertConflict> conflicts;
};

struct RevertCounts {
  std::uint64_t rows = 0;      // of timelines, read to find the contacts
  std::uint64_t contacts = 0;  // that have a chosen event
  std::uint64_t events = 0, kept = 0, changes = 0, conflicts = 0;
  std::uint64_t created = 0, removed = 0;  // contacts that only these events made; those archived or deleted
  std::uint64_t gone = 0;                  // contacts that are deleted or erased
  std::uint64_t written = 0;               // compensating events; of a dry run, those it would write
  std::uint64_t refused = 0;               // contacts with an event that was not taken: run it again for them

  void add(const RevertCounts& more);
  friend bool operator==(const RevertCounts&, const RevertCounts&) = default;
};

struct RevertStep {
  std::string id;  // the revert's, also the correlationid of what it writes
  RevertRequest request;
  std::map<ContactId, std::set<Offset>> named;  // of a selection by position: the contacts, all of them in one piece
  std::optional<Partition> partition;           // unset: all are folded here
  ContactId from{0};
};

struct RevertPiece {
  RevertCounts counts;
  std::vector<RevertedContact> told;  // at most kRevertContactsTold, of those with something to tell
  std::optional<ContactId> next;      // where to go on; absent: the end
};

// Blocks. Errors: those of Publisher::append_own; storage_failed, corrupt.
[[nodiscard]] Result<RevertPiece> take_revert_step(const EventLog& log, const Folder& folder, Publisher& publisher,
                                                   const RevertStep& step);

}  // namespace rapport
