// apply(): one event onto one contact. Pure: no clock, no I/O, no randomness; the same events give the same rows,
// whatever the batch size, thread, crash or machine.
//
// Order of decisions: repeat -> deleted or erased -> expected version -> the type's rule (EVENTS.md).
#pragma once

#include <map>
#include <optional>
#include <string>

#include "projections/contact_state.h"
#include "projections/stream_fold.h"
#include "projections/visit_case.h"

namespace rapport {

// Everything of one contact that a batch of its events may read or write.
struct ContactRows {
  ContactId id;
  StreamRows stream;
  ContactState state;
  // Visits and cases that the batch names; one that is not there is a fresh value.
  std::map<std::string, VisitEntry, std::less<>> visits;
  std::map<std::string, CaseEntry, std::less<>> cases;
  // Rows of the contact's past that the batch leaves (contact_past.h), where they are wanted.
  std::map<std::string, std::string> past;
  bool past_wanted = true;

  explicit ContactRows(ContactId contact);
};

// The rows that apply() will look at, beyond the state: the caller loads them first. Views into the event.
std::optional<std::string_view> visit_named_by(const Event& event);
std::optional<std::string_view> case_named_by(const Event& event);

// `recorded` is the next of the contact's events in log order. `rows` holds the visit and case it names, and, where it
// is not later than everything seen, its earlier namesake if there was one.
Outcome apply(ContactRows& rows, RecordedEvent&& recorded);

// apply() as a value: the one rule that a generation is folded by.
using ContactApply = Outcome (*)(ContactRows& rows, RecordedEvent&& recorded);

// An event of the contact's timeline once more, whose outcome is known: nothing is decided. In any order; an erasure,
// which takes the timeline with it, excepted. The timeline's sum and the snapshots are the caller's.
void reapply(ContactRows& rows, const Event& event, WriteStamp at, Refusal outcome);

// The hash of the state in canonical form, plus the timeline's sum. Log offsets, recordedAt and actors do not enter it,
// nor do the members of a merge.
Digest contact_digest(ContactId id, const ContactState& state);

}  // namespace rapport
