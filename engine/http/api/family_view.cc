#include "engine/http/api/family_view.h"

#include <map>
#include <set>

#include "engine/http/api/asked_partitions.h"
#include "engine/publish/own_events.h"

namespace rapport {
namespace {

// What whoever reads these merges reads, and would ask others for next.
struct Reading {
  std::set<ContactId> known, lacking;
};

Result<Reading> try_reading(const ApiServices& services, const View& view, const FamilyWanted& wanted) {
  const ContactSource source = wanted.as_of ? contacts_as_of(services, view, *wanted.as_of) : contacts_of(view);
  Reading out;
  const ContactSource noting = [&](ContactId id) -> Result<std::optional<ContactState>> {
    (view.shows(id) ? out.known : out.lacking).insert(id);
    return view.shows(id) ? source(id) : Result<std::optional<ContactState>>(std::nullopt);
  };
  for (const ContactId id : wanted.contacts) {
    const auto read = read_merged(noting, id);
    // What is wrong with a merge that is all there its reader finds out, too.
    if (!read && (!out.lacking.empty() || read.error().code == Errc::too_large)) return read.error();
  }
  return out;
}

// Of the contacts that are read from the view itself.
Positions own_catching_up(const ApiServices& services, const View& view, const std::set<ContactId>& read) {
  std::set<Partition> partitions;
  for (const ContactId id : read) {
    if (view.shows(id)) partitions.insert(partition_of(services.log, id));
  }
  return catching_up(services, view, partitions);
}

Result<void> check_level(const Lent& lent) {
  if (lent.catching_up.empty() && !lent.stale) return {};
  return Error{Errc::wait_timeout, "the merge that the contact is in is not folded up to where it was taken over"};
}

}  // namespace

FamilyWanted family_of(ContactId contact) {
  FamilyWanted wanted;
  wanted.contacts.push_back(contact);
  return wanted;
}

asio::awaitable<Result<FamilyView>> family_view(RequestContext& context, ApiServices& services,
                                                std::shared_ptr<const View> view, FamilyWanted wanted) {
  FamilyView family{view, {}};
  if (services.group == nullptr) co_return family;
  const bool states_alone = wanted.states_alone && !wanted.as_of;
  // Each round asks for one contact more, at least.
  while (true) {
    const auto reading = try_reading(services, *family.view, wanted);
    if (!reading) co_return reading.error();
    if (reading->lacking.empty()) {
      advance(family.lent.catching_up, own_catching_up(services, *view, reading->known));
      const auto level = wanted.level ? check_level(family.lent) : Result<void>();
      if (!level) co_return level.error();
      co_return family;
    }
    std::map<std::string, RowsWanted> by_owner;
    for (const ContactId id : reading->lacking) {
      const auto owner = address_of_owner(services, id);
      if (!owner) co_return owner.error();
      RowsWanted& rows = by_owner[*owner];
      rows.states_alone = states_alone;
      rows.contacts.push_back(id);
    }
    const auto borrowed = co_await borrow_rows(context, services, by_owner, wanted.after, family.lent);
    if (!borrowed) co_return borrowed.error();
    auto overlaid = view_with(view, family.lent, states_alone);
    if (!overlaid) co_return overlaid.error();
    family.view = *std::move(overlaid);
  }
}

}  // namespace rapport
