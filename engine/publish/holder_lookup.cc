#include "engine/publish/holder_lookup.h"

#include <algorithm>

#include "engine/publish/own_events.h"
#include "projections/contact_reader.h"
#include "projections/contact_row.h"
#include "projections/identity_fold.h"
#include "projections/key_layout.h"

namespace rapport {
namespace {

// One row per key, in the order of the keys, which must be sorted.
Result<std::vector<std::optional<std::string>>> read_rows(const View& view, const std::vector<std::string>& keys) {
  const std::vector<std::string_view> views(keys.begin(), keys.end());
  return view.store().multi_get(views, view.at());
}

}  // namespace

Result<std::map<Identity, Holder>> look_up_holders(const EventLog& log, const View& view,
                                                   const std::vector<Identity>& identities) {
  std::map<std::string, Identity> by_key;
  for (const Identity& identity : identities)
    by_key.emplace(state_key(stream_key(Subject{name_in_log(log, identity)})), identity);
  std::vector<std::string> keys;
  for (const auto& [key, identity] : by_key) keys.push_back(key);
  const auto rows = read_rows(view, keys);
  if (!rows) return rows.error();

  std::map<Identity, Holder> out;
  std::map<std::string, bool> gone_by_contact;
  std::size_t i = 0;
  for (const auto& [key, identity] : by_key) {
    const auto& row = (*rows)[i++];
    if (!row) continue;
    const auto state = decode_identity(*row);
    if (!state) return state.error();
    if (!state->holder) continue;
    out.emplace(identity, Holder{*state->holder});
    gone_by_contact.emplace(state_key(stream_key(*state->holder)), false);
  }

  keys.clear();
  for (const auto& [key, gone] : gone_by_contact) keys.push_back(key);
  const auto contacts = read_rows(view, keys);
  if (!contacts) return contacts.error();
  i = 0;
  for (auto& [key, gone] : gone_by_contact) {
    const auto& row = (*contacts)[i++];
    if (!row) continue;  // its first event is still to come
    const auto state = decode_contact(*row);
    if (!state) return state.error();
    gone = state->gone != Gone::no;
  }
  for (auto& [identity, holder] : out) holder.gone = gone_by_contact.at(state_key(stream_key(holder.contact)));
  return out;
}

Result<std::optional<ContactId>> look_up_holder(const EventLog& log, const View& view, const Identity& identity) {
  return read_holder(view, name_in_log(log, identity));
}

}  // namespace rapport
