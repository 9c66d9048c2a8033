// How a query is answered: which indexes can say something about its conditions, and which one has its order. The
// choice among them falls to who counts their rows (contact_list.cc).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projections/contact_order.h"
#include "projections/index_source.h"
#include "projections/search.h"

namespace rapport {

// Of a page's contacts, as large as they are in memory: behind them it ends early, but not before its first contact.
// 500 of the largest would take gigabytes, and a page is put together in memory.
inline constexpr std::size_t kContactPageBytesMax = 8u << 20;

// What a list is asked for.
struct ContactListQuery {
  Where where;
  std::optional<Search> search;
  std::optional<ContactOrder> order;  // unset: by id
  std::optional<ContactId> after;     // the last of the page before, of the same query and view
  // On all pages, as the page before said it: it is not counted again.
  std::optional<std::uint64_t> total;
  std::size_t limit = 50;
  std::size_t bytes_max = kContactPageBytesMax;

  bool matches_all() const { return where.empty() && !search; }
  bool matches(const MergedContact& contact) const;
};

struct QueryPlan {
  std::size_t conditions = 0;                 // clauses, and the search's words
  std::vector<IndexSource> sources;           // of those that an index says something about
  std::optional<std::vector<ContactId>> ids;  // only these: sorted
  ContactId id_min{0}, id_max{kIdMax};        // only between these
  std::optional<std::string> order_index;     // has the query's order
  bool counted = true;                        // the fold has counted the roots, of each standing
  // All there is asked for is this standing.
  std::optional<Standing> standing;
};

QueryPlan plan_of(const ContactListQuery& query, const IndexCatalog& catalog);

}  // namespace rapport
