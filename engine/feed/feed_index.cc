#include "engine/feed/feed_index.h"

namespace rapport {
namespace {

template <class Map, class Key>
void take_out(Map& map, const Key& key, FeedSubscription* subscription) {
  const auto found = map.find(key);
  if (found == map.end()) return;
  found->second.erase(subscription);
  if (found->second.empty()) map.erase(found);
}

}  // namespace

void FeedIndex::add(FeedSubscription& subscription, const FeedFilter& filter) {
  for (const ContactId contact : filter.contacts) by_contact_[contact].insert(&subscription);
  if (!filter.contacts.empty()) return;
  for (const std::string& type : filter.types) by_type_[type].insert(&subscription);
  if (filter.types.empty()) everything_.insert(&subscription);
}

void FeedIndex::remove(FeedSubscription& subscription, const FeedFilter& filter) {
  for (const ContactId contact : filter.contacts) take_out(by_contact_, contact, &subscription);
  for (const std::string& type : filter.types) take_out(by_type_, type, &subscription);
  everything_.erase(&subscription);
}

}  // namespace rapport
