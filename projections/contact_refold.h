// A contact's state made again from rows of its timeline, through the fold's own rules: from the first event, or from a
// snapshot on.
//
// Invariants: each row's outcome is the one it had; so the rows may come in any order, and any part of them is a state:
// of all rows up to an offset it is the one that the fold had there, its ledger and digest included. Its rows of the
// past are the fold's where all rows come from the first event on, in log order.
#pragma once

#include "events/event_decoder.h"
#include "projections/contact_past.h"
#include "projections/timeline_row.h"

namespace rapport {

class ContactRefold {
 public:
  explicit ContactRefold(ContactId contact) : rows_(contact) {}
  // `view` must outlive it.
  ContactRefold(const View& view, ContactId contact, const std::optional<ContactSnapshot>& from);

  // `decoder` is used for the row's data. Not for an erasing event. Errors: corrupt, storage_failed.
  [[nodiscard]] Result<void> add(EventDecoder& decoder, const TimelineRow& row);

  const ContactState& state() const { return rows_.state; }
  // With the visits and cases that the rows name.
  const ContactRows& rows() const { return rows_; }
  ContactState take() { return std::move(rows_.state); }

 private:
  [[nodiscard]] Result<void> load_named(const Event& event);

  ContactRows rows_;
  const View* view_ = nullptr;  // with a snapshot: where its visits and cases are read
  std::uint32_t segments_ = 0;
};

}  // namespace rapport
