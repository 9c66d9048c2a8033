#include "engine/http/api/family_links.h"

#include <unordered_map>
#include <unordered_set>

#include "projections/contact_reader.h"
#include "projections/index_key.h"
#include "projections/store/big_endian.h"

namespace rapport {
namespace {

Result<std::vector<MergeLink>> links_now(const View& view) {
  std::vector<MergeLink> links;
  const std::string prefix = index_key(IndexLetter::merges);
  Cursor cursor = view.store().cursor(prefix, prefix_end(prefix), view.at());
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    const IndexRow row = index_row(cursor.key(), prefix.size());
    if (view.shows(row.contact)) links.push_back({row.contact, ContactId{read_big_endian64(row.value)}});
  }
  RAPPORT_TRY(cursor.status());
  return links;
}

// Who was never merged has no link of the past.
Result<std::vector<MergeLink>> links_then(const ApiServices& services, const View& view, const AsOf& as_of) {
  std::vector<MergeLink> links;
  const ContactSource then = contacts_as_of(services, view, as_of);
  RAPPORT_TRY(walk_contacts(view, ContactId{0}, ContactId{kIdMax}, [&](ContactId id, ContactState&& now) -> Result<bool> {
    if (!view.shows(id) || now.merged_into.stamp == WriteStamp{}) return true;
    const auto state = then(id);
    if (!state) return state.error();
    if (*state && (*state)->merged_into.value) links.push_back({id, *(*state)->merged_into.value});
    return true;
  }));
  return links;
}

}  // namespace

Result<std::vector<MergeLink>> links_joined(const ApiServices& services, const View& view,
                                            const std::optional<AsOf>& as_of, const std::vector<ContactId>& contacts) {
  const auto links = as_of ? links_then(services, view, *as_of) : links_now(view);
  if (!links) return links.error();
  std::unordered_map<ContactId, std::vector<std::size_t>> by_contact;
  std::vector<ContactId> waiting = contacts;
  for (std::size_t i = 0; i < links->size(); ++i) {
    const MergeLink& link = (*links)[i];
    by_contact[link.loser].push_back(i);
    by_contact[link.survivor].push_back(i);
    // Of two whose links lead to one contact elsewhere each is joined to it by its own.
    if (!view.shows(link.survivor)) waiting.push_back(link.loser);
  }
  std::vector<MergeLink> joined;
  std::vector<bool> taken(links->size());
  std::unordered_set<ContactId> seen;
  while (!waiting.empty()) {
    const ContactId at = waiting.back();
    waiting.pop_back();
    if (!seen.insert(at).second) continue;
    const auto of = by_contact.find(at);
    if (of == by_contact.end()) continue;
    for (const std::size_t i : of->second) {
      const MergeLink& link = (*links)[i];
      if (!taken[i]) joined.push_back(link);
      taken[i] = true;
      waiting.push_back(link.loser);
      waiting.push_back(link.survivor);
    }
  }
  if (joined.size() > kLentContactsMax) {
    return Error{Errc::unreachable, "more than " + std::to_string(kLentContactsMax) +
                                        " contacts are merged across instances: a list of all cannot judge so many"};
  }
  return joined;
}

}  // namespace rapport
