#include "projections/contact_reader.h"

#include "projections/contact_row.h"
#include "projections/identity_fold.h"
#include "projections/key_layout.h"

namespace rapport {
namespace {

// Walks the states of one kind of stream from a key on, in order of id; `each` says whether to go on.
Result<void> walk_states(const View& view, const std::string& from, const Subject& last,
                         const std::function<Result<bool>(std::uint64_t id, std::string_view row)>& each) {
  const std::string to = prefix_end(state_key(stream_key(last)));
  Cursor cursor = view.store().cursor(from, to, view.at());
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    const auto go_on = each(contact_of_state_key(cursor.key()).value, cursor.value());
    if (!go_on) return go_on.error();
    if (!*go_on) return {};
  }
  return cursor.status();
}

using Row = std::optional<std::string>;

Result<Row> read_row(const View& view, const Subject& subject) {
  return view.store().get(state_key(stream_key(subject)), view.at());
}

template <class State>
Result<std::optional<State>> state_of(const Result<Row>& row, Result<State> (*decode)(std::string_view)) {
  if (!row) return row.error();
  if (!*row) return std::optional<State>();
  auto state = decode(**row);
  if (!state) return state.error();
  return std::optional<State>(*std::move(state));
}

template <class State>
Result<std::optional<State>> read_state(const View& view, const Subject& subject,
                                        Result<State> (*decode)(std::string_view)) {
  return state_of(read_row(view, subject), decode);
}

Result<Row> read_contact_row(const View& view, ContactId id) {
  Result<Row> row = view.kept_row(id);
  if (*row) return row;
  row = read_row(view, id);
  if (row && *row) view.keep_row(id, **row);
  return row;
}

}  // namespace

Result<std::optional<Digest>> read_contact_digest(const View& view, ContactId id) {
  if (const auto kept = view.kept_digest(id)) return kept;
  const auto row = read_contact_row(view, id);
  if (!row) return row.error();
  return *row ? std::optional(hash_digest(**row)) : std::nullopt;
}

Result<std::optional<ContactState>> read_contact(const View& view, ContactId id) {
  return state_of(read_contact_row(view, id), decode_contact);
}

Result<std::optional<CompanyState>> read_company(const View& view, CompanyId id) {
  return read_state<CompanyState>(view, id, decode_company);
}

Result<std::optional<ContactId>> read_holder(const View& view, const Identity& identity) {
  const auto state = read_state<IdentityState>(view, identity, decode_identity);
  if (!state) return state.error();
  return *state ? (*state)->holder : std::optional<ContactId>();
}

Result<std::vector<std::optional<ContactState>>> read_contacts(const View& view, std::span<const ContactId> ids) {
  std::vector<Row> rows(ids.size());
  std::vector<std::size_t> missing;
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    rows[i] = view.kept_row(ids[i]);
    if (rows[i]) continue;
    missing.push_back(i);
    keys.push_back(state_key(stream_key(ids[i])));
  }
  const std::vector<std::string_view> views(keys.begin(), keys.end());
  auto stored = view.store().multi_get(views, view.at());
  if (!stored) return stored.error();
  for (std::size_t i = 0; i < missing.size(); ++i) {
    if ((*stored)[i]) view.keep_row(ids[missing[i]], *(*stored)[i]);
    rows[missing[i]] = std::move((*stored)[i]);
  }
  std::vector<std::optional<ContactState>> out(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!rows[i]) continue;
    auto state = decode_contact(*rows[i]);
    if (!state) return state.error();
    out[i] = *std::move(state);
  }
  return out;
}

Result<void> walk_contacts(const View& view, ContactId from, ContactId to,
                           const std::function<Result<bool>(ContactId, ContactState&&)>& each) {
  if (to < from) return {};
  return walk_states(view, state_key(stream_key(from)), to,
                     [&](std::uint64_t id, std::string_view row) -> Result<bool> {
                       auto state = decode_contact(row);
                       if (!state) return state.error();
                       return each(ContactId{id}, *std::move(state));
                     });
}

Result<CompanyPage> list_companies(const View& view, CompanyId after, std::size_t limit) {
  CompanyPage page;
  std::size_t bytes = 0;
  const auto take = [&](std::uint64_t id, std::string_view row) -> Result<bool> {
    auto state = decode_company(row);
    if (!state) return state.error();
    if (!state->is_live()) return true;
    bytes += row.size();
    page.more = page.companies.size() == limit || (bytes > kCompanyPageBytesMax && !page.companies.empty());
    if (!page.more) page.companies.push_back({CompanyId{id}, *std::move(state)});
    return !page.more;
  };
  RAPPORT_TRY(walk_states(view, state_key(stream_key(after)) + '\0', CompanyId{kIdMax}, take));
  return page;
}

std::uint64_t contact_count(const View& view) {
  std::uint64_t count = 0;
  for (const auto& [partition, checkpoint] : view.checkpoints()) count += checkpoint.contacts;
  return count;
}

}  // namespace rapport
