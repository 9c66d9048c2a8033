#include "engine/publish/publish_call.h"

#include <algorithm>
#include <map>
#include <set>

#include "engine/publish/attribute_check.h"
#include "engine/publish/entry_checks.h"
#include "engine/publish/holder_lookup.h"
#include "engine/publish/id_blocks.h"
#include "engine/publish/own_events.h"
#include "engine/publish/stream_limits.h"

namespace rapport {
namespace {

constexpr int kAttemptsMax = 10;  // others claim the same identities at the same moment
constexpr std::chrono::seconds kFoldPatience{10};

// A subject with an id, and the kind of that id.
std::optional<std::pair<IdKind, std::uint64_t>> brought_id(const Subject& subject) {
  if (const auto* contact = std::get_if<ContactId>(&subject)) return std::pair(IdKind::contact, contact->value);
  if (const auto* company = std::get_if<CompanyId>(&subject)) return std::pair(IdKind::company, company->value);
  return std::nullopt;
}

}  // namespace

PublishCall::PublishCall(PublishServices& services, std::vector<IncomingEvent> events, const PublishOptions& options,
                         Done done)
    : services_(services),
      events_(std::move(events)),
      options_(options),
      done_(std::move(done)),
      deadline_(std::chrono::steady_clock::now() + options.wait_max),
      results_(events_.size()) {
  for (std::size_t i = 0; i < events_.size(); ++i) {
    if (!events_[i]) results_[i].error = events_[i].error();
  }
}

void PublishCall::reject(std::size_t index, Error error) {
  results_[index].error = error;
  events_[index] = std::move(error);
}

void PublishCall::on_worker(std::function<void()> work) {
  services_.workers.post([self = shared_from_this(), run = std::move(work)] { run(); });
}

void PublishCall::start() {
  check();
  resolve(1);
}

void PublishCall::start_unchecked() { append(); }

void PublishCall::check() {
  const auto view = services_.folder.view();
  const Timestamp now = now_wall_clock();
  for (std::size_t i = 0; i < events_.size(); ++i) {
    if (!events_[i]) continue;
    Event& event = *events_[i];
    if (!options_.actor.empty()) event.actor = options_.actor;
    if (auto checked = check_entry(event, now); !checked) {
      reject(i, checked.error());
    } else if (auto declared = check_attributes(event, view->control()); !declared) {
      reject(i, declared.error());
    }
  }
}

void PublishCall::resolve(int attempt) {
  std::vector<Identity> identities;
  for (const IncomingEvent& event : events_) {
    if (!event) continue;
    if (const auto* identity = std::get_if<Identity>(&event->subject)) identities.push_back(*identity);
  }
  if (identities.empty()) return reserve(1);
  const auto holders = look_up_holders(*services_.folder.view(), identities);
  if (!holders) return fail(holders.error());
  for (IncomingEvent& event : events_) {
    if (!event) continue;
    const auto* identity = std::get_if<Identity>(&event->subject);
    if (identity == nullptr) continue;
    const auto holder = holders->find(*identity);
    if (holder == holders->end() || holder->second.gone) continue;
    event->identity = *identity;
    event->subject = holder->second.contact;
  }

  std::sort(identities.begin(), identities.end());
  identities.erase(std::unique(identities.begin(), identities.end()), identities.end());
  std::vector<Claim> claims;
  for (Identity& identity : identities) {
    const auto holder = holders->find(identity);
    if (holder == holders->end()) {
      claims.push_back({std::move(identity), std::nullopt});
    } else if (holder->second.gone) {
      claims.push_back({std::move(identity), holder->second.contact});
    }
  }
  if (claims.empty()) return reserve(1);
  if (attempt > kAttemptsMax) return fail({Errc::log_unavailable, "the identities were claimed and not held"});
  claim(std::move(claims), attempt);
}

void PublishCall::claim(std::vector<Claim> claims, int attempt) {
  const std::size_t count = claims.size();
  services_.ids.allocate(
      IdKind::contact, count,
      [self = shared_from_this(), kept = std::move(claims), attempt](Result<std::vector<std::uint64_t>> ids) {
        if (!ids) return self->fail(ids.error());
        self->on_worker([self, kept, fresh = *std::move(ids), attempt] { self->append_claims(kept, fresh, attempt); });
      });
}

// Whoever's claim stands first holds the identity; so it is looked up again, whatever we have claimed.
void PublishCall::append_claims(const std::vector<Claim>& claims, const std::vector<std::uint64_t>& ids, int attempt) {
  std::vector<NewRecord> records;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const auto& [identity, gone] = claims[i];
    if (gone) {
      records.push_back(own_record(
          services_.log, own_event(EventType::identity_released, identity, IdentityReleased{identity, *gone})));
    }
    records.push_back(own_record(
        services_.log, own_event(EventType::identity_claimed, identity, IdentityClaimed{identity, ContactId{ids[i]}})));
  }
  append_and_fold(std::move(records), [this, attempt] { resolve(attempt + 1); });
}

// Ids that publishers bring: each stands in a range that is reserved around such ids, or has been given out.
void PublishCall::reserve(int attempt) {
  const auto view = services_.folder.view();
  std::set<std::pair<IdKind, IdBlock>> missing;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    if (!events_[i] || events_[i]->identity) continue;
    const auto brought = brought_id(events_[i]->subject);
    if (!brought) continue;
    const auto [kind, id] = *brought;
    const IdRange* range = view->control().range_of(kind, id);
    if (range == nullptr) {
      // Where a block cannot be had whole, the id alone.
      missing.emplace(kind, attempt == 1 ? block_around(id, services_.ids.block_size()) : IdBlock{id, 1});
    } else if (!range->holder.empty() && !services_.ids.has_given_out(kind, id)) {
      const auto exists = stream_exists(*view, events_[i]->subject);
      if (!exists) return fail(exists.error());
      if (!*exists) {
        reject(i,
               {Errc::id_not_given_out,
                to_string(events_[i]->subject) + " is in a range that an engine gives ids out from, and not yet given",
                "subject"});
      }
    }
  }
  if (missing.empty()) return append();
  if (attempt > kAttemptsMax) return fail({Errc::log_unavailable, "the ranges of ids could not be reserved"});
  std::vector<NewRecord> records;
  for (const auto& [kind, block] : missing) {
    records.push_back(own_record(services_.log, own_event(EventType::ids_reserved, ControlSubject{},
                                                          IdsReserved{kind, block.from, block.count, ""})));
  }
  append_reservations(std::move(records), attempt);
}

void PublishCall::append_reservations(std::vector<NewRecord> records, int attempt) {
  append_and_fold(std::move(records), [this, attempt] { reserve(attempt + 1); });
}

void PublishCall::append_and_fold(std::vector<NewRecord> records, std::function<void()> next) {
  services_.log.append(std::move(records), [self = shared_from_this(), go_on = std::move(next)](auto positions) {
    if (!positions) return self->fail(positions.error());
    Positions wanted;
    for (const LogPosition& position : *positions) advance(wanted, position);
    self->services_.folder.when_folded(wanted, std::chrono::steady_clock::now() + kFoldPatience,
                                       [self, go_on](Result<void> folded) {
                                         if (!folded) return self->fail(folded.error());
                                         self->on_worker(go_on);
                                       });
  });
}

void PublishCall::append() {
  const auto view = services_.folder.view();
  StreamLimits limits(*view);
  std::vector<NewRecord> records;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    if (!events_[i]) continue;
    if (auto added = limits.add(*events_[i]); !added) {
      reject(i, added.error());
      continue;
    }
    if (const auto* contact = std::get_if<ContactId>(&events_[i]->subject)) results_[i].contact = *contact;
    records.push_back(own_record(services_.log, *events_[i]));
    sent_.push_back(i);
  }
  if (records.empty()) return done_(Published{std::move(results_), {}});
  services_.log.append(std::move(records), [self = shared_from_this()](auto positions) {
    if (!positions) return self->fail(positions.error());
    self->appended(*std::move(positions));
  });
}

void PublishCall::appended(std::vector<LogPosition> positions) {
  positions_ = std::move(positions);
  if (options_.wait == PublishWait::durable) return on_worker([this] { answer(Result<void>{}); });
  Positions wanted;
  for (const LogPosition& position : positions_) advance(wanted, position);
  services_.folder.when_folded(wanted, deadline_, [self = shared_from_this()](Result<void> folded) {
    self->on_worker([self, result = std::move(folded)] { self->answer(result); });
  });
}

void PublishCall::answer(Result<void> folded) {
  std::vector<std::optional<Outcome>> outcomes(positions_.size());
  if (options_.wait == PublishWait::folded) outcomes = services_.folder.outcomes_of(positions_);
  Published published;
  for (std::size_t i = 0; i < sent_.size(); ++i) {
    PublishResult& result = results_[sent_[i]];
    result.position = positions_[i];
    result.status = PublishStatus::durable;
    if (outcomes[i]) {
      tell(*outcomes[i], result);
    } else if (!folded) {
      result.error = folded.error();
    }
    advance(published.positions, positions_[i]);
  }
  published.results = std::move(results_);
  done_(std::move(published));
}

void PublishCall::tell(const Outcome& outcome, PublishResult& result) const {
  const auto refused = [&] { return Error{refusal_errc(outcome.refusal), "the event was refused"}; };
  result.version = outcome.version;
  switch (outcome.status) {
    case OutcomeStatus::accepted: result.status = PublishStatus::accepted; return;
    case OutcomeStatus::repeated:
      result.status = PublishStatus::repeated;
      result.position->offset = outcome.first;
      result.first_outcome = outcome.refusal == Refusal::none ? PublishStatus::accepted : PublishStatus::refused;
      if (outcome.refusal != Refusal::none) result.error = refused();
      return;
    case OutcomeStatus::refused:
      result.status = PublishStatus::refused;
      result.error = refused();
      return;
    case OutcomeStatus::parked: result.status = PublishStatus::parked; return;
  }
}

}  // namespace rapport
