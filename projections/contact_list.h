// Pages of the contacts that a query means, in its order, each page from where the one before ended: none is skipped or
// shown twice by pages of one view. docs/querying.md says how an index is chosen, and what it costs.
//
// Invariants: shows roots: where, search and order see the whole of a merge. Whatever index answers, the page is that
// of a pass over all contacts with the one evaluator.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "projections/query_plan.h"
#include "projections/root_reader.h"

namespace rapport {

// How the answer was come by.
struct ListCost {
  std::string index = "none";  // which one chose the contacts: a column, "search", "id"; none: all were looked at
  std::string order = "id";    // "id", "index": came in that order; "sorted": all that fit were compared
  std::uint64_t index_rows = 0, contacts_read = 0;
};

struct ContactListPage {
  std::vector<MergedContact> contacts;
  bool more = false;        // contacts behind the last of these
  bool cut = false;         // for their bytes these are fewer than were asked for
  std::uint64_t total = 0;  // exactly how many contacts the query means, on all pages
  ListCost cost;
};

// Errors: storage_failed, corrupt; invalid_argument ("cursor": `after` is no contact that the view shows); unreachable
// (of a narrowed view: a merge leads out of it).
[[nodiscard]] Result<ContactListPage> list_contacts(const View& view, const ContactListQuery& query);

// How many contacts there are, members of merges too.
std::uint64_t contacts_in_all(const View& view);
// How many contacts or index rows a page of that list may have to look at beside its own: all where no index is a help,
// else as many as the smallest part of one names, of which no more than `enough` are counted. Errors: storage_failed.
[[nodiscard]] Result<std::uint64_t> looked_at_for_page(const View& view, const ContactListQuery& query,
                                                       std::uint64_t enough);

// The contacts as they stood at a moment: `source` gives each (contact_history.h). One pass over all that the view
// knows.
[[nodiscard]] Result<ContactListPage> list_contacts_of_the_past(const View& view, const ContactSource& source,
                                                                const ContactListQuery& query);

// The same of these contacts alone, in order of id, each looked at: whatever indexes have of them.
[[nodiscard]] Result<ContactListPage> list_contacts_among(const View& view, const std::vector<ContactId>& ids,
                                                          const ContactListQuery& query);

}  // namespace rapport
