#include "engine/http/api/group_trial.h"

#include <map>
#include <set>

#include "engine/group/member_events.h"
#include "engine/group/member_rows.h"
#include "engine/group/member_trials.h"
#include "engine/http/api/api_problem.h"
#include "engine/http/api/asked_partitions.h"
#include "engine/http/api/member_request.h"
#include "engine/publish/own_events.h"
#include "events/event_encoder.h"

namespace rapport {
namespace {

// What others are to try, by address, and the places of its events.
struct Share {
  TrialWanted wanted;
  std::vector<std::size_t> indexes;
};
using Shares = std::map<std::string, Share>;

// Absent: we do, in `ours`. Everybody folds the control stream. Errors: unreachable.
Result<std::optional<std::string>> who_tries(const ApiServices& services, const DryRun& ours, const Subject& subject) {
  const Partition partition = partition_in_log(services.log, subject);
  if (partition == kControlPartition) return std::optional<std::string>();
  if (!services.group->owns(partition)) {
    const auto owner = services.group->owner_of(partition);
    if (!owner) return owner.error();
    return std::optional(*owner);
  }
  if (catching_up(services, *ours.view(), {partition}).empty()) return std::optional<std::string>();
  return Error{Errc::unreachable, to_string(subject) + " is not folded here yet"};
}

asio::awaitable<Result<std::map<std::string, TrialTold>>> ask(RequestContext& context, ApiServices& services,
                                                              const Shares& shares) {
  std::map<std::string, HttpClientRequest> requests;
  for (const auto& [address, share] : shares) {
    requests.emplace(address, post_to_member(context, kMemberTrialsPath, encode_trial_wanted(share.wanted)));
  }
  const auto answers = co_await ask_members(context, services, std::move(requests));
  std::map<std::string, TrialTold> out;
  for (const auto& [address, answer] : answers) {
    if (!answer) co_return answer.error();
    if (answer->status == 404) {
      co_return Error{Errc::unreachable, "member " + address + " is of a version that tries no events"};
    }
    if (answer->status != 200) co_return decode_problem(answer->body);
    auto told = decode_trial(answer->body, shares.at(address).wanted);
    if (!told) co_return told.error();
    out.emplace(address, *std::move(told));
  }
  co_return out;
}

std::vector<ContactId> fresh_of(const DryRun& trial) {
  std::vector<ContactId> out;
  for (const auto& [kind, id] : trial.drawn()) {
    if (kind == IdKind::contact) out.push_back(ContactId{id});
  }
  return out;
}

asio::awaitable<Result<std::map<Identity, ContactId>>> resolve(RequestContext& context, ApiServices& services,
                                                               DryRun& ours, const std::vector<Identity>& identities,
                                                               GroupTrial& trial) {
  std::vector<Identity> here;
  Shares elsewhere;
  for (const Identity& identity : identities) {
    const auto owner = who_tries(services, ours, identity);
    if (!owner) co_return owner.error();
    (*owner ? elsewhere[**owner].wanted.identities : here).push_back(identity);
  }
  auto contacts = ours.resolve(here);
  if (!contacts) co_return contacts.error();
  // One after the other, so that no two draw the same id.
  for (auto& [address, share] : elsewhere) {
    share.wanted.fresh = fresh_of(ours);
    Shares one;
    one.emplace(address, share);
    auto told = co_await ask(context, services, one);
    if (!told) co_return told.error();
    TrialTold& part = told->at(address);
    const std::vector<Identity>& asked = share.wanted.identities;
    for (std::size_t i = 0; i < asked.size(); ++i) contacts->emplace(asked[i], part.contacts[i]);
    for (const ContactId fresh : part.fresh) ours.is_fresh(fresh);
    for (std::string& event : part.events) trial.events.push_back(std::move(event));
  }
  co_return contacts;
}

bool is_fresh(const DryRun& trial, const Subject& subject) {
  const auto* contact = std::get_if<ContactId>(&subject);
  const auto* company = std::get_if<CompanyId>(&subject);
  return (contact && trial.drawn().contains({IdKind::contact, contact->value})) ||
         (company && trial.drawn().contains({IdKind::company, company->value}));
}

// Takes out what others try. Of what is fresh nobody has a row: whoever would fold it, it is tried here.
Result<Shares> shares_of(const ApiServices& services, const DryRun& ours, std::vector<IncomingEvent>& events) {
  Shares shares;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!events[i] || is_fresh(ours, events[i]->subject)) continue;
    const auto owner = who_tries(services, ours, events[i]->subject);
    if (!owner) return owner.error();
    if (!*owner) continue;
    Share& share = shares[**owner];
    share.wanted.events.push_back(*std::move(events[i]));
    share.indexes.push_back(i);
    events[i] = Error{Errc::internal, "is tried elsewhere"};
  }
  return shares;
}

Result<LentRows> states_of(const DryRun& trial, const std::vector<PublishResult>& results) {
  LentRows out;
  const auto view = trial.view();
  for (const PublishResult& result : results) {
    if (!result.contact || out.contains(*result.contact)) continue;
    auto rows = rows_of_contact(*view, *result.contact, true);
    if (!rows) return rows.error();
    out.emplace(*result.contact, *std::move(rows));
  }
  return out;
}

Result<TrialTold> try_here(const ApiServices& services, const TrialWanted& wanted) {
  const auto trial = services.publisher.dry_run();
  for (const Identity& identity : wanted.identities) {
    const auto owner = who_tries(services, *trial, identity);
    if (!owner || *owner) return Error{Errc::unreachable, "an identity is another member's by now, or not level"};
  }
  for (const Event& event : wanted.events) {
    const auto owner = who_tries(services, *trial, event.subject);
    if (!owner || *owner) return Error{Errc::unreachable, "a contact is another member's by now, or not level"};
  }
  for (const ContactId contact : wanted.fresh) trial->is_fresh(contact);
  const auto contacts = trial->resolve(wanted.identities);
  if (!contacts) return contacts.error();
  TrialTold told;
  for (const Identity& identity : wanted.identities) told.contacts.push_back(contacts->at(identity));
  told.fresh = fresh_of(*trial);  // what was told us among them
  std::vector<IncomingEvent> events(wanted.events.begin(), wanted.events.end());
  auto published = trial->publish_resolved(std::move(events), std::vector<PublishResult>(wanted.events.size()));
  if (!published) return published.error();
  told.published = *std::move(published);
  for (const Event& event : trial->events()) told.events.push_back(encode_event(event));
  auto states = states_of(*trial, told.published.results);
  if (!states) return states.error();
  told.states = *std::move(states);
  return told;
}

HttpResponse try_for_member(RequestContext& context, ApiServices& services) {
  if (const auto may = check_member(context, services); !may) return failed(context, may.error());
  if (const auto may = check_confirmed(services); !may) return failed(context, may.error());
  const auto wanted = decode_trial_wanted(context.request().body);
  if (!wanted) return failed(context, wanted.error());
  const auto told = try_here(services, *wanted);
  return told ? HttpResponse::json(encode_trial(*told)) : failed(context, told.error());
}

}  // namespace

asio::awaitable<Result<GroupTrial>> try_in_group(RequestContext& context, ApiServices& services, DryRun& ours,
                                                 std::vector<IncomingEvent> events, PublishOptions options) {
  GroupTrial trial;
  auto results = ours.check(events, options);
  const auto contacts = co_await resolve(context, services, ours, identities_of(events), trial);
  if (!contacts) co_return contacts.error();
  name_contacts(*contacts, events);
  const auto shares = shares_of(services, ours, events);
  if (!shares) co_return shares.error();
  auto published = ours.publish_resolved(std::move(events), std::move(results));
  if (!published) co_return published.error();
  trial.published = *std::move(published);
  auto told = co_await ask(context, services, *shares);
  if (!told) co_return told.error();
  for (auto& [address, part] : *told) {
    const std::vector<std::size_t>& indexes = shares->at(address).indexes;
    for (std::size_t i = 0; i < indexes.size(); ++i) {
      trial.published.results[indexes[i]] = std::move(part.published.results[i]);
    }
    advance(trial.published.positions, part.published.positions);
    for (std::string& event : part.events) trial.events.push_back(std::move(event));
    trial.states.merge(part.states);
  }
  co_return trial;
}

void add_member_trial_route(Router& router, ApiServices& services) {
  router.add({.method = HttpMethod::post,
              .pattern = std::string(kMemberTrialsPath),
              .scope = std::string(kMemberScope),
              .handler = handler_of([&services](RequestContext& context) { return try_for_member(context, services); }),
              .limits = {.body_bytes_max = kMemberBodyBytesMax}});
}

}  // namespace rapport
