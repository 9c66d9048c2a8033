// What a contact was, kept along its timeline so that a state of long ago is not refolded from the first event.
//
// A contact's events, in log order, form segments of kSegmentEvents. Behind each whole segment the fold keeps a
// snapshot: the state as it was there. A visit or case says which segment named it last; when a later one is about to
// change it, the row as it was is kept under the old segment.
//
//   events   1 ... 256 | 257 ... 512 | 513 ... 600
//   segment      0           1             2
//   kept               s1            s2           and visit "a", named in 0 and 2: the row that 0 had left
//
// Invariants:
// - A snapshot covers exactly the contact's first events in log order; of two, the later one has the greater offset and
//   a latest time that is no less: so they sort by both at once.
// - A function of the contact's events alone, whatever the steps of the fold; no part of the digest.
// - Most contacts have none. All of it is taken away by an erasure.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "projections/contact_fold.h"
#include "projections/moment.h"
#include "projections/view.h"

namespace rapport {

inline constexpr std::uint64_t kSegmentEvents = 256;

// For the fold: the row as it stands before an event changes it.
void keep_past_visit(ContactRows& rows, std::string_view id, Visit& visit);
void keep_past_case(ContactRows& rows, std::string_view id, Case& support_case);
// Behind the event at `offset`.
void keep_snapshot(ContactRows& rows, Offset offset);

struct ContactSnapshot {
  WriteStamp covered;  // the latest time, and the offset of the last record
  ContactState state;

  std::uint32_t segments() const { return static_cast<std::uint32_t>(state.ledger.event_count() / kSegmentEvents); }
};

// Between two snapshots, or before the first or behind the last.
struct PastInterval {
  std::optional<ContactSnapshot> before;
  std::optional<WriteStamp> after;  // what the next one covers
};

// The last snapshot that both moments cover whole, and the first that covers all that either of them does.
// Errors of all: storage_failed, corrupt.
[[nodiscard]] Result<PastInterval> past_interval(const View& view, ContactId id, Moment one, Moment other);
// The snapshots around the record that made the contact's version `version`.
[[nodiscard]] Result<PastInterval> past_interval_of_version(const View& view, ContactId id, std::uint64_t version);

// A visit and a case as they were behind the first `segments`; a fresh value: not there.
[[nodiscard]] Result<Visit> past_visit(const View& view, ContactId id, std::string_view visit_id,
                                       std::uint32_t segments);
[[nodiscard]] Result<Case> past_case(const View& view, ContactId id, std::string_view case_id, std::uint32_t segments);

// The stamps of the timeline's rows that one of the moments covers and the interval's snapshot does not, newest first.
[[nodiscard]] Result<void> walk_past(const View& view, ContactId id, const PastInterval& interval, Moment one,
                                     Moment other,
                                     const std::function<Result<void>(WriteStamp at, std::string_view row)>& each);

}  // namespace rapport
