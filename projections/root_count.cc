#include "projections/root_count.h"

#include <set>
#include <unordered_map>

#include "projections/index_key.h"
#include "projections/store/big_endian.h"

namespace rapport {
namespace {

using Links = std::unordered_map<ContactId, ContactId>;  // from who is merged

Result<Links> read_links(const View& view) {
  Links links;
  const std::string prefix = index_key(IndexLetter::merges);
  Cursor cursor = view.store().cursor(prefix, prefix_end(prefix), view.at());
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    const IndexRow row = index_row(cursor.key(), prefix.size());
    if (view.shows(row.contact)) links.emplace(row.contact, ContactId{read_big_endian64(row.value)});
  }
  RAPPORT_TRY(cursor.status());
  return links;
}

// Of each circle the least.
std::set<ContactId> circle_roots(const Links& links) {
  std::set<ContactId> roots;
  std::unordered_map<ContactId, ContactId> seen_from;  // whose way first came by
  for (const auto& [start, first] : links) {
    ContactId at = start;
    while (links.contains(at) && seen_from.emplace(at, start).second) at = links.at(at);
    const auto met = seen_from.find(at);
    if (met == seen_from.end() || met->second != start) continue;
    ContactId least = at;
    for (ContactId next = links.at(at); next != at; next = links.at(next)) least = std::min(least, next);
    roots.insert(least);
  }
  return roots;
}

Result<void> add_vacant(const View& view, std::set<ContactId>& roots) {
  const std::string prefix = index_key(IndexLetter::vacant);
  Cursor cursor = view.store().cursor(prefix, prefix_end(prefix), view.at());
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    const ContactId root = index_row(cursor.key(), prefix.size()).contact;
    if (view.shows(root)) roots.insert(root);
  }
  return cursor.status();
}

}  // namespace

Result<RootCount> count_roots(const View& view, RootReader& reader) {
  RootCount count;
  for (const auto& [partition, checkpoint] : view.checkpoints()) {
    count.active += checkpoint.active_roots;
    count.archived += checkpoint.archived_roots;
  }
  const auto links = read_links(view);
  if (!links) return links.error();
  std::set<ContactId> odd = circle_roots(*links);
  RAPPORT_TRY(add_vacant(view, odd));
  const std::vector<ContactId> ids(odd.begin(), odd.end());
  const auto read = reader.read(ids, [&](MergedContact&& root) -> Result<bool> {
    ++(root.state.archived.value ? count.archived : count.active);
    return true;
  });
  if (!read) return read.error();
  return count;
}

}  // namespace rapport
