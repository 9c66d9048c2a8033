#include "projections/contact_list.h"

#include <algorithm>

namespace rapport {
namespace {

// The first limit + 1 of all contacts that are offered, in the query's order: a heap with the last of them on top.
class FirstOfPage {
 public:
  explicit FirstOfPage(const ContactListQuery& query) : query_(query) {}

  bool before(const ContactPlace& a, const ContactPlace& b) const {
    return query_.order ? query_.order->before(a, b) : a.id < b.id;
  }

  void offer(ContactId id, const ContactState& state) {
    ContactPlace place = query_.order ? query_.order->place_of(id, state) : ContactPlace{{}, id};
    if (query_.after && !before(*query_.after, place)) return;
    const auto last_on_top = [this](const Placed& a, const Placed& b) { return before(a.place, b.place); };
    if (heap_.size() > query_.limit) {
      if (!before(place, heap_.front().place)) return;
      std::pop_heap(heap_.begin(), heap_.end(), last_on_top);
      heap_.pop_back();
    }
    heap_.push_back({std::move(place), {id, state}});
    std::push_heap(heap_.begin(), heap_.end(), last_on_top);
  }

  ContactListPage take() {
    std::sort(heap_.begin(), heap_.end(),
              [this](const Placed& a, const Placed& b) { return before(a.place, b.place); });
    const bool more = heap_.size() > query_.limit;
    if (more) heap_.pop_back();
    ContactListPage page;
    if (more && !heap_.empty()) page.next = heap_.back().place;
    for (Placed& placed : heap_) page.contacts.push_back(std::move(placed.contact));
    return page;
  }

 private:
  struct Placed {
    ContactPlace place;
    ListedContact contact;
  };
  const ContactListQuery& query_;
  std::vector<Placed> heap_;
};

// By id and without a filter nothing behind the page needs to be looked at.
Result<ContactListPage> first_by_id(const View& view, const ContactListQuery& query) {
  auto contacts = list_contacts(view, query.after ? query.after->id : ContactId{0}, query.limit + 1);
  if (!contacts) return contacts.error();
  ContactListPage page{*std::move(contacts), {}, contact_count(view)};
  if (page.contacts.size() > query.limit) {
    page.contacts.pop_back();
    if (!page.contacts.empty()) page.next = ContactPlace{{}, page.contacts.back().id};
  }
  return page;
}

}  // namespace

Result<ContactListPage> list_contacts(const View& view, const ContactListQuery& query) {
  if (query.where.empty() && !query.order) return first_by_id(view, query);
  FirstOfPage first(query);
  std::uint64_t total = 0;
  const auto look = [&](ContactId id, const ContactState& state) {
    if (!query.where.matches(id, state)) return false;
    ++total;
    first.offer(id, state);
    return false;  // kept here, not by the walk
  };
  if (const auto walked = list_contacts(view, ContactId{0}, 1, look); !walked) return walked.error();
  ContactListPage page = first.take();
  page.total = query.where.empty() ? contact_count(view) : total;
  return page;
}

}  // namespace rapport
