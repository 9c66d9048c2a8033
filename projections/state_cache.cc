#include "projections/state_cache.h"

namespace rapport {

std::optional<CachedContact> StateCache::take(ContactId id) {
  CachedContact* const found = contacts_.find(id);
  if (found == nullptr) return std::nullopt;
  CachedContact contact = std::move(*found);
  contacts_.erase(id);
  return contact;
}

void StateCache::put(ContactId id, CachedContact contact) {
  const std::size_t bytes = contact.state.bytes();
  contacts_.put(id, std::move(contact), bytes);
}

}  // namespace rapport
