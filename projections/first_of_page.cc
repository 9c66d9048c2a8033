#include "projections/first_of_page.h"

#include <algorithm>

namespace rapport {

ContactPlace FirstOfPage::place_of(const MergedContact& contact) const {
  return query_.order ? query_.order->place_of(contact.root, contact.state) : ContactPlace{{}, contact.root};
}

bool FirstOfPage::before(const ContactPlace& a, const ContactPlace& b) const {
  return query_.order ? query_.order->before(a, b) : a.id < b.id;
}

bool FirstOfPage::offer(MergedContact&& contact) {
  ContactPlace place = place_of(contact);
  if (after_ && !before(*after_, place)) return false;
  const auto last_on_top = [this](const Placed& a, const Placed& b) { return before(a.place, b.place); };
  if (full()) {
    if (!before(place, heap_.front().place)) return true;
    std::pop_heap(heap_.begin(), heap_.end(), last_on_top);
    heap_.pop_back();
  }
  heap_.push_back({std::move(place), std::move(contact)});
  std::push_heap(heap_.begin(), heap_.end(), last_on_top);
  return true;
}

std::vector<MergedContact> FirstOfPage::take() {
  std::sort(heap_.begin(), heap_.end(), [this](const Placed& a, const Placed& b) { return before(a.place, b.place); });
  if (full()) heap_.pop_back();
  std::vector<MergedContact> out;
  out.reserve(heap_.size());
  for (Placed& placed : heap_) out.push_back(std::move(placed.contact));
  heap_.clear();
  return out;
}

}  // namespace rapport
