#include "engine/http/api/write_call.h"

#include <algorithm>

#include "engine/http/api/group_trial.h"
#include "engine/http/api/read_position.h"
#include "engine/http/api/request_values.h"
#include "engine/http/async_callback.h"
#include "engine/publish/holder_lookup.h"
#include "engine/publish/incoming_events.h"
#include "engine/publish/own_events.h"
#include "events/event_encoder.h"
#include "projections/contact_reader.h"
#include "projections/event_lookup.h"
#include "projections/merge_reader.h"

namespace rapport {
namespace {

constexpr int kAnswersKeptBelow = 500;  // what went wrong on our side is looked at anew by a retry

Result<PublishWait> wait_of(const HttpRequest& request, const WriteRules& rules, bool has_version) {
  const auto wait = request.query.find("wait");
  if (!wait || *wait == "folded") return PublishWait::folded;
  if (*wait != "durable") return Error{Errc::invalid_argument, "is durable or folded", "wait"};
  if (!rules.may_be_durable) return Error{Errc::invalid_argument, "this is answered once it is folded", "wait"};
  if (has_version) {
    return Error{Errc::invalid_argument, "the fold decides about a version: wait for it", "If-Match"};
  }
  return PublishWait::durable;
}

bool is_of_subject_not_given_out(const PublishResult& result) {
  return result.error && result.error->code == Errc::id_not_given_out && result.error->field == "subject";
}

// Whether the log has the subject's id under the key: then it was given out, by whoever claimed it.
Result<bool> is_claimed(const IdempotencyKey& key, EventLog& log, const View& view, const Subject& subject) {
  const auto* contact = std::get_if<ContactId>(&subject);
  const auto* company = std::get_if<CompanyId>(&subject);
  if (contact == nullptr && company == nullptr) return false;
  const auto holder = look_up_holder(log, view, key.claim(contact ? IdKind::contact : IdKind::company));
  if (!holder) return holder.error();
  return *holder && (*holder)->value == (contact ? contact->value : company->value);
}

Error reused() { return {Errc::idempotency_key_reused, "another request wrote under the key", "Idempotency-Key"}; }

}  // namespace

Result<std::unique_ptr<WriteCall>> WriteCall::begin(RequestContext& context, ApiServices& services,
                                                    const WriteRules& rules) {
  const HttpRequest& request = context.request();
  std::unique_ptr<WriteCall> call(new WriteCall(context, services, rules));
  const auto if_match = if_match_of(request);
  if (!if_match) return if_match.error();
  if (*if_match && !rules.versioned) {
    return Error{Errc::invalid_argument, "what is written here has no version, or is of more than one thing",
                 "If-Match"};
  }
  if (request.headers.find("If-None-Match")) {
    return Error{Errc::invalid_argument, "no write is made on that condition; If-Match takes a version",
                 "If-None-Match"};
  }
  call->if_match_ = *if_match;
  const auto wait = wait_of(request, rules, if_match->has_value());
  if (!wait) return wait.error();
  call->wait_ = *wait;
  const auto key = idempotency_key_of(context, "");
  if (!key) return key.error();
  const auto is_dry = flag_of(request, "dry_run");
  if (!is_dry) return is_dry.error();
  call->is_dry_ = *is_dry;
  if (call->is_dry_ && rules.dry_run == DryRunRule::refused) {
    return Error{Errc::invalid_argument, "this appends no event that could be shown", "dry_run"};
  }
  if (call->is_dry_ && rules.dry_run == DryRunRule::shown) call->dry_ = services.publisher.dry_run();
  return call;
}

WriteCall::~WriteCall() {
  if (admitted_) services_.idempotency->forget(key_->text);
}

std::optional<HttpResponse> WriteCall::admit(std::string_view body) {
  if (is_dry()) return std::nullopt;  // it uses up nothing, so the key has nothing to guard
  key_ = *idempotency_key_of(context_, body);
  if (!key_) return std::nullopt;
  auto kept = services_.idempotency->begin(key_->text, key_->request_hash, IdempotencyTable::Clock::now());
  if (!kept) return failed(kept.error());
  if (*kept) {
    (*kept)->headers.add("Idempotency-Replayed", "true");
    return *std::move(kept);
  }
  admitted_ = true;
  return std::nullopt;
}

std::string WriteCall::next_event_id() { return key_ ? key_->event_id(events_made_++) : make_event_id(); }

void WriteCall::stamp(Event& event) const {
  if (key_) event.extensions.emplace_back(kRequestHashAttribute, json_string(key_->request_hash));
}

Result<Event> WriteCall::make(const RequestedEvent& wanted) {
  auto event = make_requested_event(wanted, next_event_id());
  if (!event) return event;
  event->expected_version = if_match_;
  stamp(*event);
  return event;
}

Result<bool> WriteCall::is_repeat(const Subject& subject) const {
  if (!key_) return false;
  const bool control = std::holds_alternative<ControlSubject>(subject);
  const std::string id = key_->event_id(events_made_ == 0 ? 0 : events_made_ - 1);
  return has_event(*view(), {.subject = subject, .source = control ? kEngineSource : kApiSource, .id = id});
}

// What became of the event when the key's first request wrote it.
Result<std::optional<PublishResult>> WriteCall::earlier(const Event& event) {
  const auto now = view();
  auto found = find_event(*now, {.subject = event.subject, .source = event.source, .id = event.id, .time = event.time});
  // At another time it would be another event: of the same key all the same.
  if (found && !*found && event.time) found = find_timed_event_lately(*now, event.subject, event.source, event.id);
  if (!found) return found.error();
  if (!*found) return std::optional<PublishResult>();
  const TimelineRow& row = **found;
  const std::pair<std::string, JsonText> hash{kRequestHashAttribute, json_string(key_->request_hash)};
  if (std::find(row.extensions.begin(), row.extensions.end(), hash) == row.extensions.end()) return reused();
  if (row.refusal != Refusal::none) return Error{refusal_errc(row.refusal), "the event was refused"};
  PublishResult result{.status = PublishStatus::repeated, .first_outcome = PublishStatus::accepted};
  const Partition partition = partition_of(services_.log, event.subject);
  result.position = LogPosition{partition, row.stamp.offset};
  if (const auto* contact = std::get_if<ContactId>(&event.subject)) result.contact = *contact;
  advance(written_, *result.position);
  as_of_ = Positions{{partition, row.stamp.offset}};
  return std::optional(std::move(result));
}

// The first request may have come before the contact that it names was merged into another, which is written to now.
Result<std::optional<PublishResult>> WriteCall::earlier_in_merge(Event event) {
  auto first = earlier(event);
  const auto* contact = std::get_if<ContactId>(&event.subject);
  if (!first || *first || contact == nullptr || services_.group != nullptr) return first;
  const auto merged = read_merged(contacts_of(*view()), *contact);
  if (!merged) return merged.error();
  if (!*merged) return first;
  for (const ContactId member : (*merged)->precedence) {
    if (event.subject == Subject{member}) continue;  // looked in already
    event.subject = member;
    first = earlier(event);
    if (!first || *first) return first;
  }
  return first;
}

asio::awaitable<Result<PublishResult>> WriteCall::write(Event event) {
  if (key_) {
    auto first = earlier_in_merge(event);
    if (!first) co_return first.error();
    if (*first) co_return **std::move(first);
  }
  std::vector<IncomingEvent> events;
  events.push_back(event);
  const PublishOptions options{.wait = wait_};
  auto published = co_await publish(std::move(events), options);
  if (!published) co_return published.error();
  PublishResult result = std::move(published->results.front());
  if (key_ && is_of_subject_not_given_out(result)) {
    // An earlier run claimed the id and ended before it wrote the event, of which all else is good.
    const auto claimed = is_claimed(*key_, services_.log, *view(), event.subject);
    if (!claimed) co_return claimed.error();
    if (!*claimed) co_return *result.error;
    std::vector<Event> own;
    own.push_back(event);
    auto appended = co_await append_own(std::move(own));
    if (!appended) co_return appended.error();
    result = std::move(appended->results.front());
  }
  if (key_ && result.status == PublishStatus::repeated) {  // another engine's came in between
    auto first = earlier(event);
    if (!first) co_return first.error();
    if (*first) co_return **std::move(first);
  }
  if (result.error && result.status != PublishStatus::durable) {
    Error error = *result.error;
    if (error.code == Errc::wrong_expected_version) error.field = "If-Match";
    co_return error;
  }
  co_return result;
}

asio::awaitable<Result<void>> WriteCall::write_all(std::vector<Event> events) {
  // One that is in the log already is repeated there; only whether the request is the same one needs a look.
  if (key_ && !events.empty()) {
    if (const auto first = earlier(events.front()); !first) co_return first.error();
  }
  // What is wrong with the last would be found out behind the first: so all are tried before any is written.
  const auto trial = services_.publisher.dry_run();
  std::vector<IncomingEvent> tried(events.begin(), events.end());
  const auto tried_results = trial->publish(std::move(tried), {});
  if (!tried_results) co_return tried_results.error();
  for (const PublishResult& result : tried_results->results) {
    if (result.error) co_return *result.error;
  }
  const PublishOptions options{.wait = wait_};
  const auto published = co_await publish(incoming_events(std::move(events)), options);
  if (!published) co_return published.error();
  for (const PublishResult& result : published->results) {
    if (result.error) co_return *result.error;
  }
  co_return Result<void>();
}

asio::awaitable<Result<PublishResult>> WriteCall::declare(Event event) {
  if (key_) {
    event.id = next_event_id();
    stamp(event);
    auto first = earlier(event);
    if (!first) co_return first.error();
    if (*first) co_return **std::move(first);
  }
  std::vector<Event> events;
  events.push_back(event);
  auto published = co_await append_own(std::move(events));
  if (!published) co_return published.error();
  PublishResult result = std::move(published->results.front());
  if (key_ && result.status == PublishStatus::repeated) {
    auto first = earlier(event);
    if (!first) co_return first.error();
    if (*first) co_return **std::move(first);
  }
  if (result.error) co_return *result.error;
  co_return result;
}

asio::awaitable<Result<Published>> WriteCall::publish(std::vector<IncomingEvent> events, PublishOptions options) {
  options.actor = context_.principal().key_id;
  if (dry_) co_return co_await try_events(std::move(events), std::move(options));
  const auto initiate = [&](CallbackDone<Published> done) {
    services_.publisher.publish(std::move(events), options,
                                [done](Result<Published> published) { done(std::move(published)); });
  };
  auto published = co_await async_from_callback<Published>(initiate);
  if (published) advance(written_, published->positions);
  co_return published;
}

asio::awaitable<Result<Published>> WriteCall::try_events(std::vector<IncomingEvent> events, PublishOptions options) {
  if (services_.group == nullptr) co_return dry_->publish(std::move(events), options);
  auto trial = co_await try_in_group(context_, services_, *dry_, std::move(events), std::move(options));
  if (!trial) co_return trial.error();
  for (std::string& event : trial->events) tried_elsewhere_.push_back(std::move(event));
  const auto added = would_stand_.add(std::move(trial->states));
  if (!added) co_return added.error();
  co_return std::move(trial->published);
}

asio::awaitable<Result<Published>> WriteCall::append_own(std::vector<Event> events) {
  PublishOptions options;
  options.actor = context_.principal().key_id;
  if (dry_) co_return dry_->append_own(std::move(events), options);
  const auto initiate = [&](CallbackDone<Published> done) {
    services_.publisher.append_own(std::move(events), options,
                                   [done](Result<Published> published) { done(std::move(published)); });
  };
  auto published = co_await async_from_callback<Published>(initiate);
  if (!published) co_return published.error();
  advance(written_, published->positions);
  for (const PublishResult& result : published->results) {
    // Of a call that repeats another: that one had written this too when it was answered.
    if (as_of_ && result.position) advance(std::get<Positions>(*as_of_), *result.position);
  }
  co_return published;
}

asio::awaitable<Result<std::uint64_t>> WriteCall::fresh_id(IdKind kind) {
  if (dry_) co_return dry_->allocate_id(kind);
  if (key_) co_return co_await claimed_id(kind);
  co_return co_await allocated_id(kind);
}

asio::awaitable<Result<std::uint64_t>> WriteCall::allocated_id(IdKind kind) {
  const auto initiate = [&](CallbackDone<std::uint64_t> done) {
    services_.publisher.allocate_id(kind, [done](Result<std::uint64_t> id) { done(std::move(id)); });
  };
  co_return co_await async_from_callback<std::uint64_t>(initiate);
}

// The first claim in the log holds, whoever's it is: read back before the id is used.
asio::awaitable<Result<std::uint64_t>> WriteCall::claimed_id(IdKind kind) {
  const Identity claim = key_->claim(kind);
  auto holder = look_up_holder(services_.log, *view(), claim);
  if (!holder) co_return holder.error();
  if (*holder) co_return (*holder)->value;
  const auto id = co_await allocated_id(kind);
  if (!id) co_return id.error();
  const IdentityClaimed claimed_as{claim, ContactId{*id}};
  std::vector<Event> claims;
  claims.push_back(own_event(EventType::identity_claimed, claim, claimed_as));
  // Of no more than this a corrected retry may come under the key.
  const bool had_written = !written_.empty();
  const auto claimed = co_await append_own(std::move(claims));
  if (!claimed) co_return claimed.error();
  if (!had_written) claimed_ = written_;
  holder = look_up_holder(services_.log, *view(), claim);
  if (!holder) co_return holder.error();
  if (*holder) co_return (*holder)->value;
  co_return Error{Errc::wait_timeout, "the fold is too far behind to say whose the key is"};
}

std::shared_ptr<const View> WriteCall::view() const {
  if (!dry_) return newest_view(services_);
  const auto view = dry_->view();
  if (services_.group == nullptr) return view;
  const std::set<Partition> owned = services_.group->owned();
  const auto ours = view->only(owned, [&log = services_.log, owned, drawn = dry_->drawn()](ContactId id) {
    return drawn.contains({IdKind::contact, id.value}) || owned.contains(partition_of(log, id));
  });
  if (would_stand_.rows.empty()) return ours;
  auto whole = view_with(ours, would_stand_, true);
  if (!whole) panic("rows in memory are not laid over a view: " + to_string(whole.error()));
  return *std::move(whole);
}

asio::awaitable<Result<FamilyView>> WriteCall::family(ContactId contact, std::optional<ContactId> other) const {
  FamilyWanted wanted = family_of(contact);
  if (other) wanted.contacts.push_back(*other);
  wanted.as_of = as_of_;
  wanted.level = written_.empty();
  if (!written_.empty()) wanted.after = written_;
  co_return co_await family_view(context_, services_, view(), std::move(wanted));
}

// Cut, not parsed: events are shown as they would be written, to the digits of their numbers.
Result<std::string> WriteCall::would_write(std::string_view dry_answer) {
  constexpr std::string_view kBegin = "{\"events\":[", kBetween = "],\"answer\":";
  const std::size_t between = dry_answer.rfind(kBetween);
  if (!dry_answer.starts_with(kBegin) || !dry_answer.ends_with('}') || between == std::string_view::npos) {
    return Error{Errc::invalid_argument, "a member answers what is no dry run"};
  }
  const std::string_view events = dry_answer.substr(kBegin.size(), between - kBegin.size());
  if (!events.empty()) tried_elsewhere_.emplace_back(events);
  const std::size_t from = between + kBetween.size();
  return std::string(dry_answer.substr(from, dry_answer.size() - from - 1));
}

HttpResponse WriteCall::dry_answer(const HttpResponse& response) const {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("events").begin_array();
  for (const Event& event : dry_->events()) json.raw(encode_event(event));
  for (const std::string& events : tried_elsewhere_) json.raw(events);
  json.end_array().key("answer");
  response.body.empty() ? json.null() : json.raw(response.body);
  json.end_object();
  HttpResponse answer = HttpResponse::json(std::move(body));
  set_position(answer, services_, newest_view(services_)->positions());
  return answer;
}

HttpResponse WriteCall::finish(HttpResponse response) {
  if (dry_) return response.status < 300 ? dry_answer(response) : response;
  if (!written_.empty()) set_position(response, services_, written_);
  // Of a request that wrote nothing a corrected retry may come under the same key.
  const bool wrote = !written_.empty() && written_ != claimed_;
  const bool done = rules_.dry_run == DryRunRule::shown ? wrote : response.status < 300;
  if (admitted_ && done && response.status < kAnswersKeptBelow) {
    services_.idempotency->finish(key_->text, response, IdempotencyTable::Clock::now());
    admitted_ = false;
  }
  return response;
}

Handler writing(ApiServices& services, WriteRules rules, WriteHandler handler) {
  // The closure lives in the route, so its captures outlast the coroutine.
  return [&services, rules, handler = std::move(handler)](RequestContext& context) -> asio::awaitable<HttpResponse> {
    const auto call = WriteCall::begin(context, services, rules);
    if (!call) co_return rules.failed(context, call.error());
    if (context.route().limits.body == BodyMode::whole) {
      if (auto kept = (*call)->admit(context.request().body)) co_return *std::move(kept);
    }
    HttpResponse response = co_await handler(**call);
    co_return (*call)->finish(std::move(response));
  };
}

Handler asking(ApiServices& services, DryRunRule dry_run, HttpResponse (*ask)(RequestContext&, ApiServices&)) {
  return writing(services, {.dry_run = dry_run}, [ask](WriteCall& call) -> asio::awaitable<HttpResponse> {
    co_return ask(call.context(), call.services());
  });
}

}  // namespace rapport
