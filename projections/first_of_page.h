// The first contacts of a page among all that are offered, in any order: a heap with the last of them on top.
//
// Invariants: holds at most one more than the page, which says that there are more. Not thread-safe.
#pragma once

#include <optional>
#include <vector>

#include "projections/merge_reader.h"
#include "projections/query_plan.h"

namespace rapport {

class FirstOfPage {
 public:
  // `after`: where the page before ended. The query must outlive it.
  FirstOfPage(const ContactListQuery& query, std::optional<ContactPlace> after)
      : query_(query), after_(std::move(after)) {}

  // Each contact once. Whether it stands behind the page before.
  bool offer(MergedContact&& contact);
  bool full() const { return heap_.size() > query_.limit; }
  // In order, without the one too many.
  std::vector<MergedContact> take();

 private:
  struct Placed {
    ContactPlace place;
    MergedContact contact;
  };
  ContactPlace place_of(const MergedContact& contact) const;
  bool before(const ContactPlace& a, const ContactPlace& b) const;

  const ContactListQuery& query_;
  std::optional<ContactPlace> after_;
  std::vector<Placed> heap_;
};

}  // namespace rapport
