// The first contacts of a page among all that are offered, in any order: a heap with the last of them on top.
//
// Invariants: holds no more than the page may: the first `limit`, and of these the first that `bytes_max` has room for,
// one at least. Not thread-safe.
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

  enum class Place { before_page, on_page, behind_page };

  // Each contact once. Says where it stands, and whatever stands behind it with it; a page may yet end earlier.
  Place offer(MergedContact&& contact);
  // There are contacts behind the page.
  bool full() const { return end_.has_value(); }
  // In order.
  std::vector<MergedContact> take();

 private:
  struct Placed {
    ContactPlace place;
    MergedContact contact;
    std::size_t bytes;
  };
  ContactPlace place_of(const MergedContact& contact) const;
  bool before(const ContactPlace& a, const ContactPlace& b) const;

  const ContactListQuery& query_;
  std::optional<ContactPlace> after_;
  std::vector<Placed> heap_;
  std::size_t bytes_ = 0;            // of all in it
  std::optional<ContactPlace> end_;  // the first of those that the page has no room for
};

}  // namespace rapport
