#include "engine/publish/publish_call.h"

#include <algorithm>

#include "engine/publish/append_and_fold.h"
#include "engine/publish/brought_ids.h"
#include "engine/publish/entry_checks.h"
#include "engine/publish/joined_answers.h"
#include "engine/publish/own_events.h"
#include "engine/publish/stream_limits.h"

namespace rapport {
namespace {

bool found_contact_gone(const Outcome& outcome) {
  return outcome.refusal == Refusal::contact_deleted || outcome.refusal == Refusal::contact_erased;
}

Offset control_position(const View& view) { return offset_in(view.positions(), kControlPartition); }

}  // namespace

bool is_folded_here(const PublishServices& services, const Subject& subject) {
  if (services.others == nullptr) return true;
  const Partition partition = partition_in_log(services.log, subject);
  return partition == kControlPartition || services.others->owns(partition);
}

PublishCall::PublishCall(PublishServices& services, std::vector<IncomingEvent> events, const PublishOptions& options,
                         Done done)
    : services_(services),
      events_(std::move(events)),
      options_(options),
      done_(std::move(done)),
      deadline_(fold_deadline()),
      results_(events_.size()) {
  for (std::size_t i = 0; i < events_.size(); ++i) {
    if (!events_[i]) {
      results_[i].error = events_[i].error();
    } else if (!options_.actor.empty()) {
      events_[i]->actor = options_.actor;
    }
  }
}

void PublishCall::reject(std::size_t index, Error error) {
  results_[index].status = PublishStatus::rejected;
  results_[index].error = error;
  events_[index] = std::move(error);
}

void PublishCall::on_worker(std::function<void()> work) {
  services_.workers.post([self = shared_from_this(), run = std::move(work)] { run(); });
}

void PublishCall::start() {
  // What it says of a visitor behind that may be a new contact's, which the fold alone can tell.
  const bool names_a_visitor = std::any_of(events_.begin(), events_.end(), [](const IncomingEvent& event) {
    return event && std::holds_alternative<Identity>(event->subject);
  });
  if (names_a_visitor && deletes_a_contact(events_)) options_.wait = PublishWait::folded;
  const auto begin = [self = shared_from_this()] {
    self->check();
    self->resolve();
  };
  // Other members append their part of it, and nothing keeps theirs back.
  services_.others == nullptr ? begin() : when_behind(begin);
}

void PublishCall::when_behind(std::function<void()> go_on) {
  const auto gate = std::exchange(options_.behind, nullptr);
  if (!gate) return go_on();
  gate->when_open([self = shared_from_this(), run = std::move(go_on)](bool is_held) {
    self->on_worker([self, run, is_held] {
      self->deadline_ = self->fold_deadline();  // the time at the gate is not the fold's
      is_held ? run() : self->fail({Errc::log_unavailable, "what it was to stand behind was not written"});
    });
  });
}

void PublishCall::check() {
  const auto view = services_.folder.view();
  const Timestamp now = now_wall_clock();
  for (std::size_t i = 0; i < events_.size(); ++i) {
    if (!events_[i]) continue;
    if (auto checked = check_incoming(*events_[i], view->control(), now); !checked) reject(i, checked.error());
  }
}

// What a survivor is told of a link goes to whoever folds it, who answers once it is folded; all else of the engine's
// own is of what is folded here.
void PublishCall::start_unchecked() {
  give_to_owners([this](const Event& event) {
    const bool is_hint = event.type == EventType::contact_absorbed || event.type == EventType::contact_parted;
    return is_hint && !is_folded_here(services_, event.subject);
  });
  append();
}

void PublishCall::start_resolved() {
  for (const IncomingEvent& event : events_) {
    if (event && !is_folded_here(services_, event->subject)) {
      return fail({Errc::unreachable, to_string(event->subject) + " is folded by another member by now"});
    }
  }
  reserve(1);
}

void PublishCall::resolve() {
  std::vector<Identity> here, elsewhere;
  for (const IncomingEvent& event : events_) {
    if (!event) continue;
    const auto* identity = std::get_if<Identity>(&event->subject);
    if (identity != nullptr) (is_folded_here(services_, event->subject) ? here : elsewhere).push_back(*identity);
  }
  if (here.empty() && elsewhere.empty()) return hand_over();
  using Contacts = IdentityResolver::Contacts;
  const std::size_t parts = std::size_t{!here.empty()} + std::size_t{!elsewhere.empty()};
  const auto joined = joined_answers<Contacts>(
      parts,
      [self = shared_from_this()](Result<Contacts> contacts) {
        contacts ? self->resolved(*contacts) : self->fail(contacts.error());
      },
      [](Contacts& whole, std::size_t, Contacts part) { whole.merge(part); });
  const auto tell = [joined](Result<Contacts> contacts) { joined(0, std::move(contacts)); };
  if (!elsewhere.empty()) services_.others->resolve(std::move(elsewhere), gone_, tell);
  if (!here.empty()) services_.resolver.resolve(std::move(here), gone_, tell);
}

void PublishCall::resolved(const IdentityResolver::Contacts& contacts) {
  for (IncomingEvent& event : events_) {
    if (!event) continue;
    const auto* identity = std::get_if<Identity>(&event->subject);
    if (identity == nullptr) continue;
    event->identity = *identity;
    event->subject = contacts.at(*event->identity);
  }
  hand_over();
}

// Those whose contact another member folds. Who publishes lines waits for their fold, too.
void PublishCall::hand_over() {
  give_to_owners([this](const Event& event) { return !is_folded_here(services_, event.subject); });
  reserve(1);
}

void PublishCall::give_to_owners(const std::function<bool(const Event&)>& is_theirs) {
  std::vector<Event> events;
  std::vector<std::size_t> indexes;
  for (std::size_t i = 0; services_.others != nullptr && i < events_.size(); ++i) {
    if (!events_[i] || !is_theirs(*events_[i])) continue;
    if (const auto* contact = std::get_if<ContactId>(&events_[i]->subject)) results_[i].contact = *contact;
    events.push_back(*std::move(events_[i]));
    events_[i] = Error{Errc::internal, "was handed over"};
    indexes.push_back(i);
  }
  if (!events.empty()) {
    options_.on_durable = nullptr;
    {
      const std::lock_guard lock(parts_mutex_);
      ++parts_;
    }
    services_.others->publish(std::move(events), options_.wait,
                              [self = shared_from_this(), indexes](Result<Published> published) {
                                self->handed_over(indexes, std::move(published));
                              });
  }
}

void PublishCall::handed_over(const std::vector<std::size_t>& indexes, Result<Published> published) {
  if (!published) return end_part(published.error());
  {
    const std::lock_guard lock(parts_mutex_);
    for (std::size_t i = 0; i < indexes.size(); ++i) results_[indexes[i]] = std::move(published->results[i]);
    advance(appended_elsewhere_, published->positions);
  }
  end_part(std::nullopt);
}

void PublishCall::end_part(std::optional<Error> error) {
  {
    const std::lock_guard lock(parts_mutex_);
    if (error && !part_error_) part_error_ = std::move(error);
    if (--parts_ > 0) return;
  }
  if (part_error_) return done_(*part_error_);
  advance(appended_, appended_elsewhere_);
  done_(Published{std::move(results_), std::move(appended_)});
}

void PublishCall::reserve(int round) {
  const auto view = services_.folder.view();
  const auto judged = judge_brought_ids(*view, services_.ids, events_, round == 1,
                                        [this](const Subject& subject) { return is_folded_here(services_, subject); });
  if (!judged) return fail(judged.error());
  for (const auto& [index, error] : judged->invented) reject(index, error);
  if (judged->unreserved.empty()) return append();
  if (round > kReservationRoundsMax) {
    return fail({Errc::log_unavailable,
                 "ranges around the ids were not to be had " + std::to_string(kReservationRoundsMax) + " times"});
  }
  std::vector<NewRecord> records;
  for (const auto& [kind, block] : judged->unreserved) {
    auto record = own_record(services_.log, own_event(EventType::ids_reserved, ControlSubject{},
                                                      IdsReserved{kind, block.from, block.count, ""}));
    if (!record) return fail(record.error());
    records.push_back(*std::move(record));
  }
  const auto reserve_again = [self = shared_from_this()](int next) {
    self->on_worker([self, next] { self->reserve(next); });
  };
  if (!services_.reservations.begin(judged->unreserved, [reserve_again, round] { reserve_again(round); })) return;
  // Another's may have ended since the view that this was judged by.
  if (control_position(*services_.folder.view()) != control_position(*view)) {
    services_.reservations.end(judged->unreserved);
    return reserve_again(round);
  }
  append_and_fold(services_.log, services_.folder, std::move(records), services_.fold_wait_max,
                  [self = shared_from_this(), reserve_again, round, blocks = judged->unreserved](const auto& folded) {
                    self->services_.reservations.end(blocks);
                    folded ? reserve_again(round + 1) : self->fail(folded.error());
                  });
}

void PublishCall::append() {
  const auto waits = keys_would_wait(services_.log, events_);
  if (!waits) return fail(waits.error());
  if (*waits) return on_worker([this] { seal_and_append(); });
  seal_and_append();
}

void PublishCall::seal_and_append() {
  const auto view = services_.folder.view();
  StreamLimits limits(*view);
  if (const auto keyed = make_keys(services_.log, events_); !keyed) return fail(keyed.error());
  std::vector<NewRecord> records;
  records.reserve(events_.size());
  sent_.clear();
  for (std::size_t i = 0; i < events_.size(); ++i) {
    if (!events_[i]) continue;
    auto record = own_record(services_.log, *events_[i]);
    if (!record && record.error().code != Errc::too_large) return fail(record.error());
    if (!record) {
      reject(i, record.error());
      continue;
    }
    if (auto added = limits.add(*events_[i]); !added) {
      reject(i, added.error());
      continue;
    }
    if (const auto* contact = std::get_if<ContactId>(&events_[i]->subject)) results_[i].contact = *contact;
    records.push_back(*std::move(record));
    sent_.push_back(i);
  }
  if (records.empty()) return end_part(std::nullopt);
  when_behind([self = shared_from_this(), ready = std::make_shared<std::vector<NewRecord>>(std::move(records))] {
    self->services_.log.append(std::move(*ready), [self](auto positions) {
      if (!positions) return self->fail(positions.error());
      self->appended(*std::move(positions));
    });
  });
}

void PublishCall::appended(std::vector<LogPosition> positions) {
  positions_ = std::move(positions);
  if (const auto tell = std::exchange(options_.on_durable, nullptr)) tell();
  if (options_.wait == PublishWait::durable) return on_worker([this] { answer(Result<void>{}); });
  Positions wanted;
  for (const LogPosition& position : positions_) advance(wanted, position);
  services_.folder.when_folded(wanted, deadline_, [self = shared_from_this()](Result<void> folded) {
    self->on_worker([self, result = std::move(folded)] { self->answer(result); });
  });
}

void PublishCall::answer(const Result<void>& folded) {
  std::vector<std::optional<Outcome>> outcomes(positions_.size());
  if (options_.wait == PublishWait::folded) outcomes = services_.folder.outcomes_of(positions_);
  for (std::size_t i = 0; i < sent_.size(); ++i) {
    PublishResult& result = results_[sent_[i]];
    result.position = positions_[i];
    result.status = PublishStatus::durable;
    if (outcomes[i]) {
      tell_outcome(*outcomes[i], result);
    } else if (!folded) {
      result.error = folded.error();
    }
    advance(appended_, positions_[i]);
  }
  if (publish_again(outcomes)) return;
  end_part(std::nullopt);
}

// The look-up saw a contact that was deleted before the event came behind it in the log. Its visitor is a new contact
// (EVENTS.md), and the event is that contact's; in the old one's timeline it stands refused.
bool PublishCall::publish_again(const std::vector<std::optional<Outcome>>& outcomes) {
  std::vector<std::size_t> again;
  for (std::size_t i = 0; i < sent_.size(); ++i) {
    const Event& event = *events_[sent_[i]];
    if (event.identity && outcomes[i] && found_contact_gone(*outcomes[i])) again.push_back(sent_[i]);
  }
  if (again.empty() || ++deleted_meanwhile_ > kDeletedMeanwhileMax) return false;
  std::vector<IncomingEvent> events(events_.size(), Error{Errc::internal, "was told already"});
  for (const std::size_t index : again) {
    results_[index] = PublishResult{};
    Event& event = *events_[index];
    gone_[*event.identity] = std::get<ContactId>(event.subject);
    event.subject = *std::exchange(event.identity, std::nullopt);
    events[index] = std::move(event);
  }
  events_ = std::move(events);
  resolve();
  return true;
}

}  // namespace rapport
