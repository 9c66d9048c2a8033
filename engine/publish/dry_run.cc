#include "engine/publish/dry_run.h"

#include <algorithm>

#include "engine/publish/brought_ids.h"
#include "engine/publish/entry_checks.h"
#include "engine/publish/holder_lookup.h"
#include "engine/publish/incoming_events.h"
#include "engine/publish/merge_hint.h"
#include "engine/publish/own_events.h"
#include "engine/publish/stream_limits.h"
#include "events/event_encoder.h"

namespace rapport {
namespace {

void reject(IncomingEvent& event, PublishResult& result, const Error& error) {
  result.status = PublishStatus::rejected;
  result.error = error;
  event = error;
}

}  // namespace

std::vector<Identity> identities_of(const std::vector<IncomingEvent>& events) {
  std::vector<Identity> identities;
  for (const IncomingEvent& event : events) {
    if (!event) continue;
    if (const auto* identity = std::get_if<Identity>(&event->subject)) identities.push_back(*identity);
  }
  return identities;
}

void name_contacts(const std::map<Identity, ContactId>& contacts, std::vector<IncomingEvent>& events) {
  for (IncomingEvent& event : events) {
    const auto* identity = event ? std::get_if<Identity>(&event->subject) : nullptr;
    if (identity == nullptr) continue;
    event->identity = *identity;
    event->subject = contacts.at(*event->identity);
  }
}

DryRun::DryRun(PublishServices& services) : services_(services), trial_(services.folder.view()) {}

std::uint64_t DryRun::allocate_id(IdKind kind) {
  // Another, which has reserved no range either, may have come upon the same one.
  while (true) {
    const std::uint64_t id = services_.ids.likely(kind, view()->control(), behind_[kind]++);
    if (drawn_.emplace(kind, id).second) return id;
  }
}

Result<Published> DryRun::publish(std::vector<IncomingEvent> events, const PublishOptions& options) {
  auto results = check(events, options);
  const auto contacts = resolve(identities_of(events));
  if (!contacts) return contacts.error();
  name_contacts(*contacts, events);
  const MergesToTell merges(events);
  auto published = publish_resolved(std::move(events), std::move(results));
  if (!published || !options.tell_survivors || merges.empty()) return published;
  auto hints = merges.hints(published->results, *view(),
                            [this](ContactId contact) { return is_folded_here(services_, contact); });
  if (!hints) return hints.error();
  const auto told = append_own(*std::move(hints), options);
  return told ? std::move(published) : told.error();
}

Result<Published> DryRun::publish_resolved(std::vector<IncomingEvent> events, std::vector<PublishResult> results) {
  RAPPORT_TRY(judge_ids(events, results));
  StreamLimits limits(*view());
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!events[i]) continue;
    if (auto fits = check_stamped_size(encode_event(*events[i]).size()); !fits) {
      reject(events[i], results[i], fits.error());
    } else if (auto added = limits.add(*events[i]); !added) {
      reject(events[i], results[i], added.error());
    }
  }
  return fold(std::move(events), std::move(results));
}

Result<Published> DryRun::append_own(std::vector<Event> events, const PublishOptions& options) {
  std::vector<IncomingEvent> incoming = incoming_events(std::move(events));
  for (IncomingEvent& event : incoming) {
    if (!options.actor.empty()) event->actor = options.actor;
  }
  std::vector<PublishResult> results(incoming.size());
  return fold(std::move(incoming), std::move(results));
}

std::vector<PublishResult> DryRun::check(std::vector<IncomingEvent>& events, const PublishOptions& options) const {
  std::vector<PublishResult> results(events.size());
  const Timestamp now = now_wall_clock();
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!events[i]) {
      results[i].error = events[i].error();
      continue;
    }
    if (!options.actor.empty()) events[i]->actor = options.actor;
    if (auto checked = check_incoming(*events[i], view()->control(), now); !checked) {
      reject(events[i], results[i], checked.error());
    }
  }
  return results;
}

// A visitor whom nobody holds, or who belonged to a deleted contact, gets a fresh one.
Result<std::map<Identity, ContactId>> DryRun::resolve(const std::vector<Identity>& identities) {
  auto holders = look_up_holders(services_.log, *view(), identities);
  if (!holders) return holders.error();
  std::vector<Event> claims;
  for (const Identity& identity : identities) {
    const auto held = holders->find(identity);
    if (held != holders->end() && !held->second.gone) continue;
    if (held != holders->end()) {
      const IdentityReleased released{identity, held->second.contact};
      claims.push_back(own_event(EventType::identity_released, identity, released));
    }
    const ContactId fresh{allocate_id(IdKind::contact)};
    claims.push_back(own_event(EventType::identity_claimed, identity, IdentityClaimed{identity, fresh}));
    (*holders)[identity] = Holder{fresh};
  }
  const auto claimed = append_own(std::move(claims), {});
  if (!claimed) return claimed.error();
  std::map<Identity, ContactId> contacts;
  for (const Identity& identity : identities) contacts.emplace(identity, holders->at(identity).contact);
  return contacts;
}

Result<void> DryRun::judge_ids(std::vector<IncomingEvent>& events, std::vector<PublishResult>& results) const {
  const auto is_folded = [this](const Subject& subject) { return is_folded_here(services_, subject); };
  const auto judged = judge_brought_ids(*view(), services_.ids, events, true, is_folded);
  if (!judged) return judged.error();
  for (const auto& [index, error] : judged->invented) {
    const auto* contact = std::get_if<ContactId>(&events[index]->subject);
    const auto* company = std::get_if<CompanyId>(&events[index]->subject);
    const bool drawn = (contact && drawn_.contains({IdKind::contact, contact->value})) ||
                       (company && drawn_.contains({IdKind::company, company->value}));
    if (!drawn || error.field != "subject") reject(events[index], results[index], error);
  }
  return {};
}

Result<Published> DryRun::fold(std::vector<IncomingEvent> events, std::vector<PublishResult> results) {
  Published published;
  std::map<Partition, LogPosition> next;
  std::vector<FoldRecord> records;
  std::vector<std::size_t> sent;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!events[i]) continue;
    if (services_.log.seal() != nullptr) events[i] = services_.log.seal()->hide_identity(*events[i]);
    const Partition partition = partition_of(services_.log, events[i]->subject);
    const auto at = next.try_emplace(partition, trial_.next_position(partition)).first;
    if (const auto* contact = std::get_if<ContactId>(&events[i]->subject)) results[i].contact = *contact;
    results[i].position = at->second;
    advance(published.positions, at->second);
    events_.push_back(*events[i]);
    FoldRecord record;
    record.recorded = {at->second, now_wall_clock(), *std::move(events[i])};
    records.push_back(std::move(record));
    sent.push_back(i);
    ++at->second.offset.value;
  }
  const auto outcomes = trial_.fold(records);
  if (!outcomes) return outcomes.error();
  for (std::size_t i = 0; i < sent.size(); ++i) tell_outcome((*outcomes)[i], results[sent[i]]);
  published.results = std::move(results);
  return published;
}

}  // namespace rapport
