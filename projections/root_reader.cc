#include "projections/root_reader.h"

#include "projections/contact_index.h"
#include "projections/contact_reader.h"
#include "projections/contact_row.h"
#include "projections/key_layout.h"
#include "projections/merges_shown.h"

namespace rapport {
namespace {

constexpr std::size_t kReadAtOnce = 256;

// Who is not shown is absent: a hint that names one is no member's link, as far as is known here.
ContactSource shown(const View& view, ContactSource source, std::uint64_t& count) {
  return [&view, source = std::move(source), &count](ContactId id) -> Result<std::optional<ContactState>> {
    if (!view.shows(id)) return std::optional<ContactState>();
    ++count;
    return source(id);
  };
}

// More contacts than are read as one, be it on the way to the root: no list fails for them.
bool are_too_many(const Error& error) { return error.code == Errc::too_large; }

std::optional<MergedContact> by_itself(ContactId id, ContactState&& state) {
  if (!state.exists) return std::nullopt;
  MergedContact alone{.root = id, .version = state.version(), .state = {}, .members = {}, .alternates = {}};
  alone.state = std::move(state);
  return alone;
}

}  // namespace

RootReader::RootReader(const View& view) : view_(view), source_(shown(view, contacts_of(view), contacts_read_)) {}

RootReader::RootReader(const View& view, ContactSource source)
    : view_(view), of_the_past_(true), source_(shown(view, std::move(source), contacts_read_)) {}

Result<std::optional<MergedContact>> RootReader::whole(ContactId id, ContactState&& state) {
  if (state.gone != Gone::no) return std::optional<MergedContact>();
  if (!is_in_merge(state)) return by_itself(id, std::move(state));
  const auto of_merge = root(id);
  if (!of_merge && !are_too_many(of_merge.error())) return of_merge.error();
  if (!of_merge || *of_merge != id) return std::optional<MergedContact>();
  auto merged = read_merged(source_, id);
  if (!merged && are_too_many(merged.error())) return by_itself(id, std::move(state));
  if (!merged) return merged.error();
  if (*merged && (*merged)->state.is_live()) return std::move(*merged);
  return std::optional<MergedContact>();
}

Result<ContactId> RootReader::root(ContactId member) {
  const auto known = roots_.find(member);
  if (known != roots_.end()) return known->second;
  const auto found = root_of(source_, member);
  if (!found) return found;
  if (!view_.shows(*found)) return merge_leads_out(member);
  roots_.emplace(member, *found);
  return found;
}

Result<std::optional<MergedContact>> RootReader::merge_of(ContactId member) {
  const auto of_merge = root(member);
  if (!of_merge && !are_too_many(of_merge.error())) return of_merge.error();
  auto merged = read_merged(source_, member);
  if (!merged && are_too_many(merged.error())) return alone(of_merge ? *of_merge : member);
  if (!merged) return merged.error();
  if (*merged && (*merged)->state.is_live()) return std::move(*merged);
  return std::optional<MergedContact>();
}

Result<std::optional<MergedContact>> RootReader::alone(ContactId id) {
  auto state = source_(id);
  if (!state) return state.error();
  if (!*state || !(*state)->is_live()) return std::optional<MergedContact>();
  return by_itself(id, **std::move(state));
}

Result<std::optional<ContactId>> RootReader::root_in_merge(ContactId member) {
  const auto of_merge = root(member);
  if (!of_merge && are_too_many(of_merge.error())) return std::optional<ContactId>();
  if (!of_merge) return of_merge.error();
  auto known = know_of_merge_.find(*of_merge);
  if (known == know_of_merge_.end()) {
    const auto state = source_(*of_merge);
    if (!state) return state.error();
    known = know_of_merge_.emplace(*of_merge, *state && is_in_merge(**state)).first;
  }
  return known->second ? std::optional(*of_merge) : std::nullopt;
}

Result<void> RootReader::read(std::span<const ContactId> ids, const Each& each) {
  for (std::size_t begin = 0; begin < ids.size(); begin += kReadAtOnce) {
    const auto some = ids.subspan(begin, std::min(kReadAtOnce, ids.size() - begin));
    auto states = read_contacts(view_, some);
    if (!states) return states.error();
    contacts_read_ += some.size();
    for (std::size_t i = 0; i < some.size(); ++i) {
      if (!(*states)[i] || !view_.shows(some[i])) continue;
      auto contact = whole(some[i], *std::move((*states)[i]));
      if (!contact) return contact.error();
      if (!*contact) continue;
      const auto go_on = each(**std::move(contact));
      if (!go_on) return go_on.error();
      if (!*go_on) return {};
    }
  }
  return {};
}

Result<void> RootReader::read_all(ContactId from, ContactId to, const Each& each) {
  return walk_contacts(view_, from, to, [&](ContactId id, ContactState&& now) -> Result<bool> {
    if (!view_.shows(id)) return true;
    ++contacts_read_;
    ContactState state = std::move(now);
    if (of_the_past_) {
      auto then = source_(id);
      if (!then) return then.error();
      if (!*then) return true;
      state = **std::move(then);
    }
    auto contact = whole(id, std::move(state));
    if (!contact) return contact.error();
    if (!*contact) return true;
    return each(**std::move(contact));
  });
}

}  // namespace rapport
