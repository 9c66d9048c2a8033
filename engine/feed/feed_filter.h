// Which items a subscriber wants. What it takes a contact's state to know (`where`) is judged by who writes them out.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/feed/feed_item.h"

namespace rapport {

struct FeedFilter {
  std::set<std::string, std::less<>> types;  // empty: all
  std::set<ContactId> contacts;              // empty: all
  // Paths of registers, "fields.email"; "tags.*" is all that begin with "tags.". An item passes that changes one.
  // Empty: all items.
  std::vector<std::string> changed;

  bool passes(const FeedItem& item) const;
};

}  // namespace rapport
