// The states of contacts that were folded lately, so that a busy contact's row is not read for every batch.
//
// Invariants: write-through: what is in here stands in the store too, but for the step under way, which takes its
// states out and puts them back. Dropped whole when a write fails. One thread at a time.
#pragma once

#include <cstddef>
#include <optional>

#include "projections/contact_state.h"
#include "projections/digest.h"
#include "projections/lru_map.h"

namespace rapport {

struct CachedContact {
  ContactState state;
  Digest digest;  // contact_digest(state)
};

class StateCache {
 public:
  // Of the states, as large as they are in memory.
  explicit StateCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  std::optional<CachedContact> take(ContactId id);
  void put(ContactId id, CachedContact contact);
  // Forgets the contacts of the oldest steps while all of them are too large.
  void end_step() { contacts_.shrink_to(bytes_max_); }
  void clear() { contacts_.clear(); }
  std::size_t size() const { return contacts_.size(); }

 private:
  std::size_t bytes_max_;
  LruMap<ContactId, CachedContact> contacts_;
};

}  // namespace rapport
