// The links of merged contacts of some partitions, and who is joined by them: of a merge that leads from one instance's
// partitions to another's, each has its part.
//
// Invariants: whoever a link leads to or comes from is joined to it, also where nothing is read as merged (a contact
// that is gone): rather too many than too few.
#pragma once

#include <set>
#include <span>
#include <vector>

#include "projections/merge_reader.h"

namespace rapport {

class MergeLinks {
 public:
  // Of the contacts that the view shows, as they are; reads a short row for each. Errors of both: storage_failed,
  // corrupt, and the source's.
  [[nodiscard]] static Result<MergeLinks> read(const View& view);
  // As they were, which `then` tells: of the contacts that were ever merged. One pass over all.
  [[nodiscard]] static Result<MergeLinks> read(const View& view, const ContactSource& then);

  // Contacts that are not shown, and that a link leads to; each once, in order.
  std::vector<ContactId> leads_to() const { return leads_to_; }
  // The contacts that are shown and that links join to those named, or to one that leads out.
  std::set<ContactId> joined(std::span<const ContactId> named) const;

 private:
  struct Link {
    ContactId loser, survivor;
  };

  explicit MergeLinks(const View& view) : view_(view) {}
  void set_in_order();

  const View& view_;
  std::vector<Link> by_loser_, by_survivor_;
  std::vector<ContactId> leads_to_;
};

// Whose own link leads to the contact, of those that the view shows, in order; of one that is gone, too. Errors:
// storage_failed.
[[nodiscard]] Result<std::vector<ContactId>> merged_into(const View& view, ContactId survivor);

}  // namespace rapport
