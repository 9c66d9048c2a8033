#include "projections/merge_links.h"

#include <algorithm>
#include <unordered_set>

#include "projections/contact_reader.h"
#include "projections/index_key.h"
#include "projections/store/big_endian.h"

namespace rapport {

Result<MergeLinks> MergeLinks::read(const View& view) {
  MergeLinks links(view);
  const std::string prefix = index_key(IndexLetter::merges);
  Cursor cursor = view.store().cursor(prefix, prefix_end(prefix), view.at());
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    const IndexRow row = index_row(cursor.key(), prefix.size());
    if (view.shows(row.contact)) links.by_loser_.push_back({row.contact, ContactId{read_big_endian64(row.value)}});
  }
  RAPPORT_TRY(cursor.status());
  links.set_in_order();
  return links;
}

Result<MergeLinks> MergeLinks::read(const View& view, const ContactSource& then) {
  MergeLinks links(view);
  const auto look = [&](ContactId id, ContactState&& now) -> Result<bool> {
    // Who was never merged has no link of the past.
    if (!view.shows(id) || now.merged_into.stamp == WriteStamp{}) return true;
    const auto state = then(id);
    if (!state) return state.error();
    if (*state && (*state)->merged_into.value) links.by_loser_.push_back({id, *(*state)->merged_into.value});
    return true;
  };
  RAPPORT_TRY(walk_contacts(view, ContactId{0}, ContactId{kIdMax}, look));
  links.set_in_order();
  return links;
}

void MergeLinks::set_in_order() {
  by_survivor_ = by_loser_;
  std::sort(by_loser_.begin(), by_loser_.end(), [](const Link& a, const Link& b) { return a.loser < b.loser; });
  std::sort(by_survivor_.begin(), by_survivor_.end(),
            [](const Link& a, const Link& b) { return a.survivor < b.survivor; });
  for (const Link& link : by_survivor_) {
    const bool told = !leads_to_.empty() && leads_to_.back() == link.survivor;
    if (!told && !view_.shows(link.survivor)) leads_to_.push_back(link.survivor);
  }
}

std::set<ContactId> MergeLinks::joined(std::span<const ContactId> named) const {
  std::vector<ContactId> waiting(named.begin(), named.end());
  waiting.insert(waiting.end(), leads_to_.begin(), leads_to_.end());
  std::unordered_set<ContactId> seen;
  std::set<ContactId> shown;
  while (!waiting.empty()) {
    const ContactId at = waiting.back();
    waiting.pop_back();
    if (!seen.insert(at).second) continue;
    if (view_.shows(at)) shown.insert(at);
    const auto own = std::lower_bound(by_loser_.begin(), by_loser_.end(), at,
                                      [](const Link& link, ContactId id) { return link.loser < id; });
    if (own != by_loser_.end() && own->loser == at) waiting.push_back(own->survivor);
    auto others = std::lower_bound(by_survivor_.begin(), by_survivor_.end(), at,
                                   [](const Link& link, ContactId id) { return link.survivor < id; });
    for (; others != by_survivor_.end() && others->survivor == at; ++others) waiting.push_back(others->loser);
  }
  return shown;
}

Result<std::vector<ContactId>> merged_into(const View& view, ContactId survivor) {
  std::string prefix = index_key(IndexLetter::merges);
  append_big_endian64(prefix, survivor.value);
  std::vector<ContactId> losers;
  Cursor cursor = view.store().cursor(prefix, prefix_end(prefix), view.at());
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    const ContactId loser = index_row(cursor.key(), prefix.size()).contact;
    if (view.shows(loser)) losers.push_back(loser);
  }
  RAPPORT_TRY(cursor.status());
  return losers;
}

}  // namespace rapport
