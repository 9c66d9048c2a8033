// /v1/reverts: events taken back by writing others. docs/reverting.md.
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

HttpResponse status_response(RequestContext& context, ApiServices& services, const RevertStatus& status,
                             int http_status) {
  const auto view = services.folder.view();
  const Sight sight(context.principal(), view->control());
  std::string body;
  JsonWriter out(body);
  out.begin_object().key("id").string(status.id).key("state").string(revert_state_name(status.state));
  out.key("dryRun").boolean(status.dry_run);
  out.key("started").time(status.started).key("ended").time_or_null(status.ended);
  out.key("rows").number(status.rows).key("contacts").number(status.contacts);
  out.key("events").number(status.events).key("kept").number(status.kept);
  out.key("changes").number(status.changes).key("conflicts").number(status.conflicts);
  out.key("created").number(status.created).key("removed").number(status.removed);
  out.key("gone").number(status.gone).key("written").number(status.written).key("refused").number(status.refused);
  out.key("items").begin_array();
  for (const RevertedContact& contact : status.first) write_contact(out, contact, sight);
  out.end_array().key("error");
  status.error ? out.string(to_string(*status.error)) : out.null();
  out.end_object();
  return HttpResponse::json(std::move(body), http_status);
}

HttpResponse start(RequestContext& context, ApiServices& services) {
  auto request = read_revert_request(context.request().body, services.log.id());
  if (!request) return failed(context, request.error());
  const auto is_dry = flag_of(context.request(), "dry_run");
  if (!is_dry) return failed(context, is_dry.error());
  request->dry_run = *is_dry;
  request->actor = context.principal().key_id;
  const auto started = services.reverter.start(*std::move(request));
  if (!started) {
    Problem problem = problem_of(started.error());
    if (started.error().code == Errc::overloaded) problem.status = 409;
    return problem_response(problem, context.request().request_id);
  }
  HttpResponse response = status_response(context, services, *services.reverter.status(), 202);
  response.headers.add("Location", "/v1/reverts/" + *started);
  return response;
}

// The newest one, where it is the one asked for.
Result<RevertStatus> newest(RequestContext& context, ApiServices& services) {
  auto status = services.reverter.status();
  if (status && status->id == context.parameter("id")) return *std::move(status);
  return Error{Errc::not_found, "the newest revert since the start is another, or there is none"};
}

HttpResponse get(RequestContext& context, ApiServices& services) {
  const auto status = newest(context, services);
  return status ? status_response(context, services, *status, 200) : failed(context, status.error());
}

HttpResponse cancel(RequestContext& context, ApiServices& services) {
  const auto cancelled = services.reverter.cancel(std::string(context.parameter("id")));
  return cancelled ? get(context, services) : failed(context, cancelled.error());
}

HttpResponse list(RequestContext& context, ApiServices& services) {
  const auto status = services.reverter.status();
  const std::string item = status ? status_response(context, services, *status, 200).body : std::string();
  return HttpResponse::json("{\"items\":[" + item + "]}");
}

}  // namespace

void add_revert_routes(Router& router, ApiServices& services) {
  router.add({.method = HttpMethod::get,
              .pattern = "/v1/reverts",
              .scope = "revert:read",
              .handler = handler_of([&services](RequestContext& context) { return list(context, services); })});
  router.add({.method = HttpMethod::post,
              .pattern = "/v1/reverts",
              .scope = "revert:write",
              .handler = asking(services, DryRunRule::own, start)});
  router.add({.method = HttpMethod::get,
              .pattern = "/v1/reverts/{id}",
              .scope = "revert:read",
              .handler = handler_of([&services](RequestContext& context) { return get(context, services); })});
  router.add({.method = HttpMethod::post,
              .pattern = "/v1/reverts/{id}/cancel",
              .scope = "revert:write",
              .handler = asking(services, DryRunRule::refused, cancel)});
}

}  // namespace rapport
