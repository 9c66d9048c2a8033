// The states of contacts that were folded lately, so that a busy contact's row is not read for every batch.
//
// Invariants: write-through: what is in here stands in the store too, but for the step under way, which takes its
// states out and puts them back. Dropped whole when a write fails. One thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "projections/contact_state.h"
#include "projections/digest.h"

namespace rapport {

struct CachedContact {
  ContactState state;
  Digest digest;  // contact_digest(state)
};

class StateCache {
 public:
  explicit StateCache(std::size_t contacts_max) : contacts_max_(contacts_max) {}

  std::optional<CachedContact> take(ContactId id);
  void put(ContactId id, CachedContact contact);
  // Forgets the contacts of older steps once there are too many.
  void end_step();
  void clear() { contacts_.clear(); }
  std::size_t size() const { return contacts_.size(); }

 private:
  struct Entry {
    CachedContact contact;
    std::uint64_t step;
  };
  std::size_t contacts_max_;
  std::uint64_t step_ = 0;
  std::unordered_map<ContactId, Entry> contacts_;
};

}  // namespace rapport
