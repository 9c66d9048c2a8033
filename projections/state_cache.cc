#include "projections/state_cache.h"

#include <algorithm>
#include <vector>

namespace rapport {

std::optional<CachedContact> StateCache::take(ContactId id) {
  const auto it = contacts_.find(id);
  if (it == contacts_.end()) return std::nullopt;
  CachedContact contact = std::move(it->second.contact);
  contacts_.erase(it);
  return contact;
}

void StateCache::put(ContactId id, CachedContact contact) {
  contacts_.insert_or_assign(id, Entry{std::move(contact), step_});
}

void StateCache::end_step() {
  ++step_;
  if (contacts_.size() <= contacts_max_) return;
  // A half of so few is none, and no step would be the one to keep from.
  if (contacts_max_ < 2) return contacts_.clear();
  // Down to a half, oldest steps first, so that this happens seldom.
  std::vector<std::uint64_t> steps;
  steps.reserve(contacts_.size());
  for (const auto& [id, entry] : contacts_) steps.push_back(entry.step);
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() - contacts_max_ / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  const std::uint64_t keep_from = *middle;
  std::erase_if(contacts_, [&](const auto& item) { return item.second.step < keep_from; });
  if (contacts_.size() > contacts_max_) contacts_.clear();
}

}  // namespace rapport
