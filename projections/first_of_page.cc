#include "projections/first_of_page.h"

#include <algorithm>

namespace rapport {

ContactPlace FirstOfPage::place_of(const MergedContact& contact) const {
  return query_.order ? query_.order->place_of(contact.root, contact.state) : ContactPlace{{}, contact.root};
}

bool FirstOfPage::before(const ContactPlace& a, const ContactPlace& b) const {
  return query_.order ? query_.order->before(a, b) : a.id < b.id;
}

FirstOfPage::Place FirstOfPage::offer(MergedContact&& contact) {
  ContactPlace place = place_of(contact);
  if (after_ && !before(*after_, place)) return Place::before_page;
  if (end_ && !before(place, *end_)) return Place::behind_page;
  const ContactId offered = contact.root;
  const std::size_t bytes = contact.bytes();
  const auto last_on_top = [this](const Placed& a, const Placed& b) { return before(a.place, b.place); };
  heap_.push_back({std::move(place), std::move(contact), bytes});
  std::push_heap(heap_.begin(), heap_.end(), last_on_top);
  bytes_ += bytes;
  while (heap_.size() > query_.limit || (bytes_ > query_.bytes_max && heap_.size() > 1)) {
    std::pop_heap(heap_.begin(), heap_.end(), last_on_top);
    bytes_ -= heap_.back().bytes;
    end_ = std::move(heap_.back().place);
    heap_.pop_back();
  }
  return end_ && end_->id == offered ? Place::behind_page : Place::on_page;
}

std::vector<MergedContact> FirstOfPage::take() {
  std::sort(heap_.begin(), heap_.end(), [this](const Placed& a, const Placed& b) { return before(a.place, b.place); });
  std::vector<MergedContact> out;
  out.reserve(heap_.size());
  for (Placed& placed : heap_) out.push_back(std::move(placed.contact));
  heap_.clear();
  return out;
}

}  // namespace rapport
