// /v1/rebuilds: the log folded anew beside the live generation, compared, and swapped.
#include <algorithm>
#include <boost/json.hpp>

#include "engine/http/api/body_object.h"
#include "engine/http/api/group_rebuilds.h"
#include "engine/http/api/request_values.h"
#include "engine/http/api/sight.h"
#include "engine/http/api/write_call.h"
#include "events/json_writer.h"

namespace rapport {
namespace {

namespace json = boost::json;

Result<std::uint64_t> number_of(const json::object& body, const char* name, std::uint64_t least) {
  const json::value* value = body.if_contains(name);
  if (value == nullptr) return std::uint64_t{0};
  if (!value->is_int64() || value->get_int64() < static_cast<std::int64_t>(least)) {
    return Error{Errc::invalid_argument, "is a whole number from " + std::to_string(least), name};
  }
  return static_cast<std::uint64_t>(value->get_int64());
}

Result<bool> flag_of(const json::object& body, const char* name) {
  const json::value* value = body.if_contains(name);
  if (value == nullptr) return false;
  if (!value->is_bool()) return Error{Errc::invalid_argument, "is true or false", name};
  return value->get_bool();
}

// A body that is nothing has no members. `what` says what each member is one of.
Result<json::object> members_of(const std::string& text, std::initializer_list<std::string_view> known,
                                const std::string& what) {
  if (text.empty()) return json::object();
  const auto object = body_object(text);
  RAPPORT_TRY(object);
  for (const auto& [name, member] : *object) {
    if (std::find(known.begin(), known.end(), std::string_view(name)) != known.end()) continue;
    return Error{Errc::invalid_argument, "is no " + what, std::string(name)};
  }
  return *object;
}

// {"recordsPerSecond":100000}, or nothing, which is as fast as it goes.
Result<std::uint64_t> pace_of(const std::string& text) {
  const auto body = members_of(text, {"recordsPerSecond"}, "pace");
  if (!body) return body.error();
  return number_of(*body, "recordsPerSecond", 0);
}

// {"recordsPerSecond":100000,"verify":true,"accept":true,"from":3,"contact":42}, each of them optional; or nothing.
Result<RebuildOptions> options_of(const std::string& text) {
  RebuildOptions options;
  const auto members =
      members_of(text, {"recordsPerSecond", "verify", "accept", "from", "contact"}, "option of a rebuild");
  if (!members) return members.error();
  const json::object& body = *members;
  const auto pace = number_of(body, "recordsPerSecond", 0);
  if (!pace) return pace.error();
  const auto from = number_of(body, "from", 1);
  if (!from) return from.error();
  const auto contact = number_of(body, "contact", 1);
  if (!contact) return contact.error();
  const auto verify = flag_of(body, "verify");
  if (!verify) return verify.error();
  const auto accept = flag_of(body, "accept");
  if (!accept) return accept.error();
  options.records_per_second_max = *pace;
  options.from_generation = *from;
  if (*contact != 0) options.contact = ContactId{*contact};
  options.verify_only = *verify;
  options.accept_difference = *accept;
  return options;
}

void write_difference(JsonWriter& out, const GenerationDifference& difference, const Sight& sight) {
  out.begin_object();
  out.key("rows").number(difference.rows_compared).key("different").number(difference.rows_different);
  out.key("parts").begin_object();
  for (const auto& [part, rows] : difference.different_by_part) out.key(part).number(rows);
  out.end_object();
  out.key("first").begin_array();
  for (const RowDifference& row : difference.first) {
    out.begin_object();
    out.key("subject").string(sight.subject(row.subject)).key("part").string(row.part).key("how").string(row.how);
    out.end_object();
  }
  out.end_array().end_object();
}

std::string status_json(const RebuildStatus& status, const Sight& sight) {
  std::string body;
  JsonWriter out(body);
  out.begin_object();
  out.key("id").number(status.id);
  out.key("state").string(rebuild_state_name(status.state));
  out.key("verify").boolean(status.options.verify_only);
  out.key("contact");
  status.options.contact ? out.number(status.options.contact->value) : out.null();
  out.key("paused").boolean(status.paused);
  out.key("records").number(status.records).key("total").number(status.records_total);
  out.key("recordsPerSecond").number(static_cast<std::uint64_t>(status.records_per_second));
  out.key("secondsLeft");
  const bool known = status.records_per_second > 0 && status.records < status.records_total && !is_over(status.state);
  known ? out.number(static_cast<std::uint64_t>(static_cast<double>(status.records_total - status.records) /
                                                status.records_per_second))
        : out.null();
  out.key("started").time(status.started).key("ended").time_or_null(status.ended);
  out.key("liveDigest");
  status.live ? out.string(to_string(*status.live)) : out.null();
  out.key("freshDigest");
  status.fresh ? out.string(to_string(*status.fresh)) : out.null();
  out.key("liveFoldVersion").number(std::uint64_t{status.live_version});
  out.key("foldVersion").number(std::uint64_t{kFoldVersion});
  out.key("difference");
  if (status.difference) {
    write_difference(out, *status.difference, sight);
  } else {
    out.null();
  }
  out.key("error");
  status.error ? out.string(to_string(*status.error)) : out.null();
  out.end_object();
  return body;
}

// The newest rebuild, for the one who asks; "" where there is none.
std::string newest_json(RequestContext& context, ApiServices& services) {
  const auto view = services.folder.view();
  const auto status = services.rebuilder.status();
  return status ? status_json(*status, Sight(context.principal(), view->control())) : "";
}

HttpResponse not_started(RequestContext& context, const Error& error) {
  Problem problem = problem_of(error);
  if (error.code == Errc::overloaded) problem.status = 409;
  return problem_response(problem, context.request().request_id);
}

HttpResponse start_here(RequestContext& context, ApiServices& services, const RebuildOptions& options) {
  const auto started = services.rebuilder.start(options);
  if (!started) return not_started(context, started.error());
  HttpResponse response = HttpResponse::json(newest_json(context, services), 202);
  response.headers.add("Location", "/v1/rebuilds/" + std::to_string(*started));
  return response;
}

asio::awaitable<HttpResponse> start(WriteCall& call) {
  RequestContext& context = call.context();
  ApiServices& services = call.services();
  const auto options = options_of(context.request().body);
  if (!options) co_return failed(context, options.error());
  if (!asks_all_members(services, context.request())) co_return start_here(context, services, *options);
  if (options->from_generation != 0) {
    co_return failed(context, {Errc::invalid_argument, "is one instance's: say whose with ?member=HOST:PORT", "from"});
  }
  const auto told = co_await ask_for_rebuilds(context, services, options->contact,
                                              [&] { return start_here(context, services, *options); });
  if (!told) co_return not_started(context, told.error());
  co_return HttpResponse::json(*told, 202);
}

HttpResponse get(RequestContext& context, ApiServices& services) {
  const auto id = id_parameter(context);
  if (!id) return failed(context, id.error());
  const auto status = services.rebuilder.status();
  if (!status || status->id != *id) {
    return failed(context, {Errc::not_found, "the newest rebuild is another, or there is none"});
  }
  return HttpResponse::json(newest_json(context, services));
}

HttpResponse list_here(RequestContext& context, ApiServices& services) {
  std::string kept;
  JsonWriter out(kept);
  out.begin_array();
  for (const std::uint64_t number : services.rebuilder.kept()) out.number(number);
  out.end_array();
  return HttpResponse::json("{\"items\":[" + newest_json(context, services) + "],\"kept\":" + kept + "}");
}

asio::awaitable<HttpResponse> list(RequestContext& context, ApiServices& services) {
  if (!asks_all_members(services, context.request())) co_return list_here(context, services);
  const auto told =
      co_await ask_for_rebuilds(context, services, std::nullopt, [&] { return list_here(context, services); });
  if (!told) co_return failed(context, told.error());
  co_return HttpResponse::json(*told);
}

using Act = Result<void> (*)(Rebuilder&, std::uint64_t id, const std::string& body);
Handler action(ApiServices& services, Act act) {
  return writing(services, {.dry_run = DryRunRule::refused}, [act](WriteCall& call) -> asio::awaitable<HttpResponse> {
    const auto id = id_parameter(call.context());
    if (!id) co_return call.failed(id.error());
    const auto done = act(call.services().rebuilder, *id, call.request().body);
    if (!done) co_return call.failed(done.error());
    co_return HttpResponse::json(newest_json(call.context(), call.services()));
  });
}

// Who names a member means another engine than this one where this one is in no group.
asio::awaitable<HttpResponse> no_member(RequestContext& context) {
  co_return failed(context, {Errc::invalid_argument, "there is none: this engine is in no group. Leave it out",
                             std::string(kMemberParameter)});
}

Handler of_member(ApiServices& services, Handler own) {
  return [&services, own = std::move(own)](RequestContext& context) {
    const bool names_one = services.group == nullptr && context.request().query.find(kMemberParameter);
    return names_one ? no_member(context) : own(context);
  };
}

}  // namespace

void add_rebuild_routes(Router& router, ApiServices& services) {
  const auto add = [&](HttpMethod method, const char* pattern, const char* scope, Handler handler) {
    router.add(
        {.method = method, .pattern = pattern, .scope = scope, .handler = of_member(services, std::move(handler))});
  };
  add(HttpMethod::get, "/v1/rebuilds", "rebuild:read",
      [&services](RequestContext& context) { return list(context, services); });
  add(HttpMethod::post, "/v1/rebuilds", "rebuild:write", writing(services, {.dry_run = DryRunRule::refused}, start));
  add(HttpMethod::get, "/v1/rebuilds/{id}", "rebuild:read",
      handler_of([&services](RequestContext& context) { return get(context, services); }));
  add(HttpMethod::post, "/v1/rebuilds/{id}/pause", "rebuild:write",
      action(services, [](Rebuilder& r, std::uint64_t id, const std::string&) { return r.pause(id, true); }));
  add(HttpMethod::post, "/v1/rebuilds/{id}/resume", "rebuild:write",
      action(services, [](Rebuilder& r, std::uint64_t id, const std::string&) { return r.pause(id, false); }));
  add(HttpMethod::post, "/v1/rebuilds/{id}/cancel", "rebuild:write",
      action(services, [](Rebuilder& r, std::uint64_t id, const std::string&) { return r.cancel(id); }));
  add(HttpMethod::post, "/v1/rebuilds/{id}/accept", "rebuild:write",
      action(services, [](Rebuilder& r, std::uint64_t id, const std::string&) { return r.accept(id); }));
  add(HttpMethod::post, "/v1/rebuilds/{id}/throttle", "rebuild:write",
      action(services, [](Rebuilder& r, std::uint64_t id, const std::string& body) -> Result<void> {
        const auto pace = pace_of(body);
        if (!pace) return pace.error();
        return r.throttle(id, *pace);
      }));
}

}  // namespace rapport
