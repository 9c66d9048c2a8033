// A contact's state made again from rows of its timeline, through the fold's own rules.
//
// Invariants: each row's outcome is the one it had; so the rows may come in any order, and any part of them is a state:
// of all rows up to an offset it is the one that the fold had there, its ledger and digest included.
#pragma once

#include "events/event_decoder.h"
#include "projections/contact_fold.h"
#include "projections/timeline_row.h"

namespace rapport {

class ContactRefold {
 public:
  explicit ContactRefold(ContactId contact) : rows_(contact) {}

  // `decoder` is used for the row's data. Not for an erasing event. Errors: corrupt.
  [[nodiscard]] Result<void> add(EventDecoder& decoder, const TimelineRow& row);

  const ContactState& state() const { return rows_.state; }
  // With the visits and cases that the rows name.
  const ContactRows& rows() const { return rows_; }
  ContactState take() { return std::move(rows_.state); }

 private:
  ContactRows rows_;
};

}  // namespace rapport
