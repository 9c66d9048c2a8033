// /v1/parked: records that could not be folded or moved, visible with their reason and bytes; retried, as they are or
// corrected, or discarded. Each verdict is a record of the control stream.
#include "engine/auth/scope.h"
#include "engine/http/api/event_batch.h"
#include "engine/http/api/group_rows.h"
#include "engine/http/api/read_position.h"
#include "engine/http/api/request_values.h"
#include "engine/http/api/sight.h"
#include "engine/http/api/write_call.h"
#include "engine/publish/inbox_mover.h"
#include "engine/publish/own_events.h"
#include "engine/seal/parked_seal.h"
#include "events/bytes_text.h"
#include "events/event_decoder.h"
#include "events/text.h"
#include "projections/contact_reader.h"
#include "projections/parked_reader.h"

namespace rapport {
namespace {

constexpr std::size_t kPageDefault = 50;
constexpr std::size_t kPageMax = 500;
constexpr std::string_view kDropped = "its bytes were dropped after their retention, or erased with their contact";

// Whether a record that somebody wrote into the log itself, past the engine, is an erased contact's.
Result<bool> is_of_an_erased_one(const View& view, const ParkedRow& row) {
  const auto named = subject_named_in(row.raw);
  const auto key = parse_subject(row.key);
  for (const Subject* subject : {named ? &*named : nullptr, key ? &*key : nullptr}) {
    const auto* contact = subject ? std::get_if<ContactId>(subject) : nullptr;
    if (contact == nullptr) continue;
    const auto state = read_contact(view, *contact);
    if (!state) return state.error();
    if (*state && (*state)->gone == Gone::erased) return true;
  }
  return false;
}

// An inbox's bytes came into the log as base64 already, enciphered where the log is. Nothing: they were dropped, or
// erased.
Result<std::optional<ParkedContent>> content_of(const ApiServices& services, const View& view, const ParkedRow& row) {
  if (row.origin.empty()) {
    const auto erased = is_of_an_erased_one(view, row);
    if (!erased) return erased.error();
    return *erased ? std::nullopt : std::optional(ParkedContent{row.reason, to_base64(row.raw)});
  }
  const EventSeal* seal = services.log.seal();
  return open_parked(seal == nullptr ? nullptr : &seal->keys(), {row.reason, row.raw, row.origin});
}

void write_record(JsonWriter& json, const ApiServices& services, const View& view, const ParkedRecord& record,
                  const Sight& sight) {
  const auto read = content_of(services, view, record.row);
  const auto content = read ? *read : std::optional<ParkedContent>();
  json.begin_object();
  json.key("position").string(format_position(services.log.id(), record.position));
  json.key("recordedAt").time(record.row.recorded_at);
  // Behind its code a reason may quote the bytes.
  const std::string lost = ": " + (read ? std::string(kDropped) : to_string(read.error()));
  const std::string reason = content ? content->reason : record.row.reason + lost;
  json.key("reason").string(sight.sees_personal() ? reason : reason.substr(0, reason.find(':')));
  json.key("origin").string(record.row.origin);
  json.key("state").string(kParkedStateNames[static_cast<std::size_t>(state_of(record))]);
  json.key("decided");
  if (record.verdict) {
    json.begin_object().key("at").time(record.verdict->at);
    json.key("actor").string_or_null(record.verdict->actor).end_object();
  } else {
    json.null();
  }
  json.key("key").string_or_null(sight.text(to_base64(record.row.key)));
  json.key("raw").string_or_null(content ? sight.text(content->raw) : std::nullopt);
  json.end_object();
}

// `state`: waiting (also where it is not given), retried, discarded or all.
Result<std::optional<ParkedState>> state_asked_for(const HttpRequest& request) {
  const auto text = request.query.find("state").value_or(kParkedStateNames.front());
  if (text == "all") return std::optional<ParkedState>();
  for (std::size_t i = 0; i < kParkedStateNames.size(); ++i) {
    if (text == kParkedStateNames[i]) return std::optional(static_cast<ParkedState>(i));
  }
  return Error{Errc::invalid_argument, "is waiting, retried, discarded or all", "state"};
}

// Of the control stream, which all members fold, whoever answers for the first partition tells.
bool is_of(const std::set<Partition>& partitions, const ParkedRecord& record) {
  const Partition partition = record.position.partition;
  return partitions.contains(partition == kControlPartition ? Partition{0} : partition);
}

// A member's: rows that it once had of others' partitions are left out.
asio::awaitable<HttpResponse> list_own(RequestContext& context, ApiServices& services, std::string after,
                                       std::optional<ParkedState> state) {
  const auto asked = co_await rows_asked(context, services);
  if (!asked) co_return failed(context, asked.error());
  const Sight sight(context.principal(), asked->view->control());
  RowsAnswer answer(*asked);
  for (bool more = true; more && answer.wants_more();) {
    const auto some = list_parked(*asked->view, after, kPageMax, state);
    if (!some) co_return failed(context, some.error());
    more = some->more;
    for (const ParkedRecord& record : some->records) {
      after = record.key;
      if (!is_of(asked->partitions, record) || !answer.wants_more()) continue;
      std::string item;
      JsonWriter json(item);
      write_record(json, services, *asked->view, record, sight);
      answer.add({record.key, std::move(item)});
    }
  }
  co_return answer.response(services);
}

asio::awaitable<HttpResponse> list(RequestContext& context, ApiServices& services) {
  const auto limit = limit_of(context.request(), kPageDefault, kPageMax);
  if (!limit) co_return failed(context, limit.error());
  const auto cursor = cursor_of(context.request());
  if (!cursor) co_return failed(context, cursor.error());
  const auto state = state_asked_for(context.request());
  if (!state) co_return failed(context, state.error());
  if (asks_owners(services, context.request())) co_return co_await group_page_by_key(context, services, *limit);
  if (services.group != nullptr) co_return co_await list_own(context, services, cursor->value_or(""), *state);
  const auto view = co_await view_for(context, services);
  if (!view) co_return failed(context, view.error());
  const auto parked = list_parked(**view, cursor->value_or(""), *limit, *state);
  if (!parked) co_return failed(context, parked.error());
  const Sight sight(context.principal(), (*view)->control());
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("items").begin_array();
  for (const ParkedRecord& record : parked->records) write_record(json, services, **view, record, sight);
  json.end_array().key("next");
  parked->more ? json.string(encode_cursor(parked->records.back().key)) : json.null();
  json.end_object();
  HttpResponse response = HttpResponse::json(std::move(body));
  set_position(response, services, (*view)->positions());
  co_return response;
}

// The record that the path names by its position. Errors: invalid_argument, position_of_other_log, not_found.
Result<ParkedRecord> record_of(const RequestContext& context, const ApiServices& services, const View& view) {
  const auto token = parse_position(context.parameter("id"));
  if (!token || token->offsets.size() != 1) {
    return Error{Errc::invalid_argument, "is the position of one record, like 1f2e3d4c.3-4711", "id"};
  }
  if (token->log != services.log.id()) {
    return Error{Errc::position_of_other_log, "this log is " + to_string(services.log.id()), "id"};
  }
  const auto& [partition, offset] = *token->offsets.begin();
  auto record = read_parked(view, {partition, offset});
  if (!record) return record.error();
  if (!*record) return Error{Errc::not_found, "no record is parked there", "id"};
  return **std::move(record);
}

asio::awaitable<HttpResponse> show(RequestContext& context, ApiServices& services) {
  const auto view = co_await view_for(context, services);
  if (!view) co_return failed(context, view.error());
  const auto record = record_of(context, services, **view);
  if (!record) co_return failed(context, record.error());
  std::string body;
  JsonWriter json(body);
  write_record(json, services, **view, *record, Sight(context.principal(), (*view)->control()));
  HttpResponse response = HttpResponse::json(std::move(body));
  set_position(response, services, (*view)->positions());
  co_return response;
}

// The request's body where it has one, else the record's own bytes. Without a time of its own it takes that of the
// record, and with it its place. Errors: as EventDecoder's; not_found (its bytes were dropped); too_large (not all of
// them were kept).
Result<Event> event_to_retry(const ApiServices& services, const View& view, const std::string& corrected,
                             const ParkedRecord& record) {
  std::string bytes = corrected;
  if (bytes.empty()) {
    const auto content = content_of(services, view, record.row);
    if (!content) return content.error();
    if (!*content) return Error{Errc::not_found, std::string(kDropped) + ": send the event", "id"};
    auto raw = from_base64((*content)->raw);
    if (!raw) return Error{Errc::corrupt, "the parked bytes are not base64"};
    bytes = *std::move(raw);
  }
  auto event = EventDecoder().decode(bytes);
  if (!event && corrected.empty() && bytes.size() == kParkedBytesMax) {
    return Error{Errc::too_large,
                 "had more than the " + std::to_string(kParkedBytesMax) + " bytes that are kept of it: send the event",
                 "id"};
  }
  if (event && !event->time) event->time = record.row.recorded_at;
  return event;
}

// Why a record's own bytes are refused again: behind the code it may quote them, as a reason does.
Error as_seen(const Error& error, const Sight& sight) {
  if (sight.sees_personal()) return error;
  return {error.code, "its bytes are refused again; to see why takes the scope " + std::string(kPersonalScope)};
}

// The record with its new state, and what became of a retried event.
HttpResponse verdict_answer(const WriteCall& call, const ParkedRecord& before, const PublishResult* result,
                            const EventLabel& label) {
  const auto view = call.view();
  const auto record = read_parked(*view, before.position);
  if (!record) return call.failed(record.error());
  const Sight sight(call.context().principal(), view->control());
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("parked");
  write_record(json, call.services(), *view, record->value_or(before), sight);
  if (result != nullptr) {
    json.key("result");
    write_result(json, call.services(), 0, label, *result);
  }
  json.end_object();
  return HttpResponse::json(std::move(body));
}

Event verdict_event(const ApiServices& services, const ParkedRecord& record, ParkedFate fate) {
  const std::string position = format_position(services.log.id(), record.position);
  if (fate == ParkedFate::retried) {
    return own_event(EventType::parked_retried, ControlSubject{}, ParkedRetried{position});
  }
  return own_event(EventType::parked_discarded, ControlSubject{}, ParkedDiscarded{position});
}

asio::awaitable<HttpResponse> retry(WriteCall& call) {
  const auto view = call.view();
  const auto record = record_of(call.context(), call.services(), *view);
  if (!record) co_return call.failed(record.error());
  if (call.is_dry()) {  // it shows the parked event itself
    const auto allowed = Sight(call.context().principal(), view->control()).check_personal("dry_run");
    if (!allowed) co_return call.failed(allowed.error());
  }
  if (!call.request().body.empty() && !call.context().principal().publishes) {
    co_return call.failed({Errc::forbidden, "the key lacks the scope " + std::string(kPublishScope) +
                                                ", which sending another event takes"});
  }
  EventBatch batch;
  batch.add(event_to_retry(call.services(), *view, call.request().body, *record));
  const PublishOptions options{.tell_survivors = true};
  auto published = co_await call.publish(std::move(batch.events), options);
  if (!published) co_return call.failed(published.error());
  const PublishResult& result = published->results.front();
  // What is rejected is nowhere: the record goes on waiting. A refused one has its place in the timeline.
  if (result.status == PublishStatus::rejected) {
    const Sight sight(call.context().principal(), view->control());
    const bool is_its_own = call.request().body.empty();
    co_return call.failed(is_its_own ? as_seen(*result.error, sight) : *result.error);
  }
  const auto declared = co_await call.declare(verdict_event(call.services(), *record, ParkedFate::retried));
  if (!declared) co_return call.failed(declared.error());
  co_return verdict_answer(call, *record, &result, batch.labels.front());
}

asio::awaitable<HttpResponse> discard(WriteCall& call) {
  const auto record = record_of(call.context(), call.services(), *call.view());
  if (!record) co_return call.failed(record.error());
  if (state_of(*record) == ParkedState::retried) {
    co_return call.failed({Errc::invalid_argument, "was retried: its event is in the log", "id"});
  }
  const auto declared = co_await call.declare(verdict_event(call.services(), *record, ParkedFate::discarded));
  if (!declared) co_return call.failed(declared.error());
  co_return verdict_answer(call, *record, nullptr, {});
}

}  // namespace

void add_parked_routes(Router& router, ApiServices& services) {
  const auto add = [&](HttpMethod method, const char* pattern, const char* scope, Handler handler) {
    router.add({.method = method, .pattern = pattern, .scope = scope, .handler = std::move(handler)});
  };
  add(HttpMethod::get, "/v1/parked", "parked:read", [&services](RequestContext& c) { return list(c, services); });
  add(HttpMethod::get, "/v1/parked/{id}", "parked:read", [&services](RequestContext& c) { return show(c, services); });
  add(HttpMethod::post, "/v1/parked/{id}/retry", "parked:write",
      writing(services, {}, [](WriteCall& call) { return retry(call); }));
  add(HttpMethod::post, "/v1/parked/{id}/discard", "parked:write",
      writing(services, {}, [](WriteCall& call) { return discard(call); }));
}

}  // namespace rapport
