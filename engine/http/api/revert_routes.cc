// /v1/reverts: events taken back by writing others. docs/reverting.md.
#include "engine/http/api/group_reverts.h"
#include "engine/http/api/long_reads.h"
#include "engine/http/api/member_request.h"
#include "engine/http/api/native_json.h"
#include "engine/http/api/request_values.h"
#include "engine/http/api/revert_request.h"
#include "engine/http/api/sight.h"
#include "engine/http/api/write_call.h"
#include "events/json_writer.h"

namespace rapport {
namespace {

void write_contact(JsonWriter& out, const RevertedContact& contact, const Sight& sight) {
  out.begin_object().key("contact").number(contact.contact.value);
  out.key("created").boolean(contact.created).key("removed").boolean(contact.removed);
  out.key("gone").boolean(contact.gone).key("refused");
  contact.refused ? out.string(to_string(*contact.refused)) : out.null();
  out.key("changes").begin_array();
  for (const RevertChange& change : contact.changes) {
    const bool seen = sight.sees_path(change.path);
    out.begin_object().key("path").string(sight.path(change.path));
    write_seen(out, "now", change.now, seen);
    write_seen(out, "then", change.then, seen);
    if (!seen) out.key("masked").boolean(true);
    out.end_object();
  }
  out.end_array().key("conflicts").begin_array();
  for (const RevertConflict& conflict : contact.conflicts) {
    const bool seen = sight.sees_path(conflict.path);
    out.begin_object().key("path").string(sight.path(conflict.path));
    write_seen(out, "value", conflict.value, seen);
    if (!seen) out.key("masked").boolean(true);
    out.key("time").time(conflict.stamp.time).key("source").string(conflict.source);
    out.key("eventId").string(conflict.event_id).end_object();
  }
  out.end_array().end_object();
}

std::string status_json(RequestContext& context, ApiServices& services, const RevertStatus& status) {
  const auto view = services.folder.view();
  const Sight sight(context.principal(), view->control());
  std::string body;
  JsonWriter out(body);
  out.begin_object().key("id").string(status.id).key("state").string(revert_state_name(status.state));
  if (services.group != nullptr) out.key("member").string(services.group->address());
  out.key("dryRun").boolean(status.dry_run);
  out.key("started").time(status.started).key("ended").time_or_null(status.ended);
  out.key("rows").number(status.rows).key("contacts").number(status.contacts);
  out.key("events").number(status.events).key("kept").number(status.kept);
  out.key("changes").number(status.changes).key("conflicts").number(status.conflicts);
  out.key("created").number(status.created).key("removed").number(status.removed);
  out.key("gone").number(status.gone).key("written").number(status.written).key("refused").number(status.refused);
  if (services.group != nullptr) {
    out.key("partitionsLeft").begin_array();
    for (const Partition partition : status.partitions_left) out.number(std::int64_t{partition.value});
    out.end_array();
  }
  out.key("items").begin_array();
  for (const RevertedContact& contact : status.first) write_contact(out, contact, sight);
  out.end_array().key("error");
  status.error ? out.string(to_string(*status.error)) : out.null();
  out.end_object();
  return body;
}

bool asks_others(const ApiServices& services, const HttpRequest& request) {
  return services.group != nullptr && !is_of_member(request);
}

HttpResponse not_started(RequestContext& context, const Error& error) {
  Problem problem = problem_of(error);
  if (error.code == Errc::overloaded) problem.status = 409;
  return problem_response(problem, context.request().request_id);
}

// One at a time in a group, too, as far as its members answer: two would write nothing twice, and tell the same twice.
asio::awaitable<Result<void>> is_only_one(RequestContext& context, ApiServices& services) {
  if (!asks_others(services, context.request())) co_return Result<void>();
  const auto others = co_await reverts_of_others(context, services);
  if (!others) co_return others.error();
  for (const RevertOfMember& other : *others) {
    if (!other.is_over) co_return Error{Errc::overloaded, other.id + " of " + other.member + " is under way"};
  }
  co_return Result<void>();
}

asio::awaitable<HttpResponse> start(WriteCall& call) {
  RequestContext& context = call.context();
  ApiServices& services = call.services();
  auto request = read_revert_request(context.request().body, services.log.id());
  if (!request) co_return failed(context, request.error());
  const auto is_dry = flag_of(context.request(), "dry_run");
  if (!is_dry) co_return failed(context, is_dry.error());
  request->dry_run = *is_dry;
  request->actor = context.principal().key_id;
  const auto only = co_await is_only_one(context, services);
  if (!only) co_return not_started(context, only.error());
  // Named events are looked up in the log, one by one.
  const std::uint64_t long_one = request->selection.events.empty() ? 0 : LongReads::kReadAtOnceMax + 1;
  std::function<Result<std::string>()> start = [&reverter = services.reverter, wanted = *std::move(request)] {
    return reverter.start(wanted);
  };
  const auto started = co_await services.long_reads->run(context.principal().key_id, long_one, std::move(start));
  if (!started) co_return not_started(context, started.error());
  HttpResponse response = HttpResponse::json(status_json(context, services, *services.reverter.status()), 202);
  response.headers.add("Location", "/v1/reverts/" + *started);
  co_return response;
}

// The newest one that was asked for here, where it is the one asked for; else that of another member.
std::optional<RevertStatus> newest(RequestContext& context, ApiServices& services) {
  auto status = services.reverter.status();
  if (status && status->id != context.parameter("id")) status.reset();
  return status;
}

const Error kNoSuchRevert{Errc::not_found, "the newest revert since the start is another, or there is none"};

asio::awaitable<HttpResponse> get(RequestContext& context, ApiServices& services) {
  const auto status = newest(context, services);
  if (status) co_return HttpResponse::json(status_json(context, services, *status));
  if (!asks_others(services, context.request())) co_return failed(context, kNoSuchRevert);
  const auto other = co_await revert_of_others(context, services, std::string(context.parameter("id")));
  if (!other) co_return failed(context, other.error());
  co_return HttpResponse::json(other->json);
}

asio::awaitable<HttpResponse> cancel(WriteCall& call) {
  RequestContext& context = call.context();
  ApiServices& services = call.services();
  const std::string id(context.parameter("id"));
  if (!newest(context, services) && asks_others(services, context.request())) {
    const auto other = co_await revert_of_others(context, services, id);
    if (!other) co_return failed(context, other.error());
    co_return co_await answer_of_member(context, services, other->member);
  }
  const auto cancelled = services.reverter.cancel(id);
  if (!cancelled) co_return failed(context, cancelled.error());
  const auto status = newest(context, services);
  co_return status ? HttpResponse::json(status_json(context, services, *status)) : failed(context, kNoSuchRevert);
}

// Of a group, each member's.
asio::awaitable<HttpResponse> list(RequestContext& context, ApiServices& services) {
  std::string items;
  const auto add = [&](const std::string& item) { items += (items.empty() || item.empty() ? "" : ",") + item; };
  if (const auto status = services.reverter.status()) add(status_json(context, services, *status));
  if (!asks_others(services, context.request())) co_return HttpResponse::json("{\"items\":[" + items + "]}");
  const auto others = co_await reverts_of_others(context, services);
  if (!others) co_return failed(context, others.error());
  std::string members;
  JsonWriter out(members);
  out.begin_array();
  out.begin_object().key("member").string(services.group->address()).key("problem").null().end_object();
  for (const RevertOfMember& other : *others) {
    add(other.json);
    out.begin_object().key("member").string(other.member).key("problem");
    other.error ? out.string(to_string(*other.error)) : out.null();
    out.end_object();
  }
  out.end_array();
  co_return HttpResponse::json("{\"items\":[" + items + "],\"members\":" + members + "}");
}

}  // namespace

void add_revert_routes(Router& router, ApiServices& services) {
  router.add({.method = HttpMethod::get,
              .pattern = "/v1/reverts",
              .scope = "revert:read",
              .handler = [&services](RequestContext& context) { return list(context, services); }});
  router.add({.method = HttpMethod::post,
              .pattern = "/v1/reverts",
              .scope = "revert:write",
              .handler = writing(services, {.dry_run = DryRunRule::own}, start)});
  router.add({.method = HttpMethod::get,
              .pattern = "/v1/reverts/{id}",
              .scope = "revert:read",
              .handler = [&services](RequestContext& context) { return get(context, services); }});
  router.add({.method = HttpMethod::post,
              .pattern = "/v1/reverts/{id}/cancel",
              .scope = "revert:write",
              .handler = writing(services, {.dry_run = DryRunRule::refused}, cancel)});
}

}  // namespace rapport
