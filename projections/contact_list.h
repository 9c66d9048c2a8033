// Pages of the contacts that a query means, in its order, each page from where the one before ended: none is skipped or
// shown twice by pages of one view. One pass over all states, with a page's worth of them in memory.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "projections/contact_order.h"
#include "projections/contact_reader.h"
#include "projections/where.h"

namespace rapport {

struct ContactListQuery {
  Where where;
  std::optional<ContactOrder> order;  // unset: by id
  std::optional<ContactPlace> after;  // the last of the page before; of the same order
  std::size_t limit = 50;
};

struct ContactListPage {
  std::vector<ListedContact> contacts;
  std::optional<ContactPlace> next;  // set where there are more: what the next page starts behind
  // Exactly how many contacts the query means, on all pages. Without `where` it is kept by the fold, members of merges
  // included.
  std::uint64_t total = 0;
};

// Live contacts that are not merged into another. Errors: storage_failed, corrupt.
[[nodiscard]] Result<ContactListPage> list_contacts(const View& view, const ContactListQuery& query);

}  // namespace rapport
