// Where a list of several members' contacts goes on (group_list.h): its parts, each as far as it was shown.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/http/api/group_families.h"
#include "projections/contact_list.h"
#include "projections/contact_order.h"

namespace rapport {

struct GroupListRow {
  ContactPlace place;
  std::string item;
};

// One owner's part of the list, or the families'.
struct GroupListPart {
  std::string address;  // of the families: none
  std::set<Partition> partitions;
  std::string cursor;       // of a later page
  MomentNumber moment = 0;  // of a first one that goes without the families
  std::vector<GroupListRow> rows;
  std::size_t shown = 0;
  bool more = false, stale = false;
  std::uint64_t total = 0;
  std::string position;
  Positions catching_up;
  ListCost cost;
};

// Where the families go on, and at which moments their owners tell of them.
struct FamiliesPlace {
  std::optional<ContactId> after;
  std::map<std::string, OwnerMoments> owners;
};

struct GroupCursor {
  std::uint64_t total = 0;
  std::string position;
  std::vector<GroupListPart> parts;
  std::optional<FamiliesPlace> families;
};

// Absent: the list begins. Errors: invalid_argument, "cursor".
[[nodiscard]] Result<std::optional<GroupCursor>> group_cursor_of(const HttpRequest& request);
// Absent: nothing is left.
std::optional<std::string> next_group_cursor(const GroupCursor& list);

}  // namespace rapport
