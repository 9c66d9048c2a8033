#include "projections/merges_shown.h"

#include <algorithm>
#include <vector>

#include "projections/contact_reader.h"
#include "projections/index_key.h"

namespace rapport {
namespace {

constexpr std::size_t kReadAtOnce = 256;

bool leads_out(const View& view, const ContactState& state) {
  return (state.merged_into.value && !view.shows(*state.merged_into.value)) ||
         std::any_of(state.absorbed.begin(), state.absorbed.end(),
                     [&](const auto& hint) { return hint.second.value && !view.shows(hint.first); });
}

Result<void> check(const View& view, std::vector<ContactId>& ids) {
  std::sort(ids.begin(), ids.end());
  const auto states = read_contacts(view, ids);
  if (!states) return states.error();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!(*states)[i] || !leads_out(view, *(*states)[i])) continue;
    return merge_leads_out(ids[i]);
  }
  return {};
}

}  // namespace

Error merge_leads_out(ContactId contact) {
  return {Errc::unreachable,
          "contact " + std::to_string(contact.value) + " is merged with one of a partition that is not read here"};
}

Result<void> check_merges_shown(const View& view) {
  if (view.shows_all()) return {};
  // Every contact stands in this index once.
  const std::string prefix = index_key(IndexLetter::archived) + static_cast<char>(IndexPart::merged);
  std::vector<ContactId> ids;
  Cursor cursor = view.store().cursor(prefix, prefix_end(prefix), view.at());
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    const ContactId id = index_row(cursor.key(), prefix.size()).contact;
    if (!view.shows(id)) continue;
    ids.push_back(id);
    if (ids.size() < kReadAtOnce) continue;
    RAPPORT_TRY(check(view, ids));
    ids.clear();
  }
  RAPPORT_TRY(cursor.status());
  return check(view, ids);
}

}  // namespace rapport
