// Which subscribers an item may be for, by what their filters name: a thousand who follow others cost it nothing.
#pragma once

#include <map>
#include <set>
#include <string>

#include "engine/feed/feed_filter.h"

namespace rapport {

class FeedSubscription;

// Not thread-safe. Each subscriber stands under every contact that it names; one that names none, under its types;
// one that names neither, with those that look at everything.
class FeedIndex {
 public:
  void add(FeedSubscription& subscription, const FeedFilter& filter);
  void remove(FeedSubscription& subscription, const FeedFilter& filter);

  // Once for each whose filter may let the item pass, in no order.
  template <class Each>
  void visit(const FeedItem& item, Each each) const {
    if (const auto found = by_contact_.find(item.contact); found != by_contact_.end()) visit_all(found->second, each);
    if (const auto found = by_type_.find(item.entry.row.type_name); found != by_type_.end()) {
      visit_all(found->second, each);
    }
    visit_all(everything_, each);
  }

 private:
  using Subscriptions = std::set<FeedSubscription*>;

  template <class Each>
  static void visit_all(const Subscriptions& subscriptions, Each& each) {
    for (FeedSubscription* subscription : subscriptions) each(*subscription);
  }

  std::map<ContactId, Subscriptions> by_contact_;
  std::map<std::string, Subscriptions, std::less<>> by_type_;
  Subscriptions everything_;
};

}  // namespace rapport
