// /v1/rebuilds: the log folded anew beside the live generation, compared, and swapped.
#include <boost/json.hpp>

#include "engine/http/api/api_services.h"
#include "engine/http/api/request_values.h"
#include "engine/http/problem.h"
#include "events/json_writer.h"

namespace rapport {
namespace {

namespace json = boost::json;

HttpResponse failed(RequestContext& context, const Error& error) {
  return problem_response(error, context.request().request_id);
}

// {"recordsPerSecond":100000}, or nothing.
Result<std::uint64_t> pace_of(const std::string& body) {
  if (body.empty()) return std::uint64_t{0};
  boost::system::error_code malformed;
  const json::value value = json::parse(body, malformed);
  if (malformed || !value.is_object()) return Error{Errc::invalid_json, "is not a JSON object", "body"};
  const json::value* pace = value.get_object().if_contains("recordsPerSecond");
  if (pace == nullptr) return std::uint64_t{0};
  if (!pace->is_int64() || pace->get_int64() < 0) {
    return Error{Errc::invalid_argument, "is a number of records, 0 for no limit", "recordsPerSecond"};
  }
  return static_cast<std::uint64_t>(pace->get_int64());
}

void write_difference(JsonWriter& out, const GenerationDifference& difference) {
  out.begin_object();
  out.key("rows").number(difference.rows_compared).key("different").number(difference.rows_different);
  out.key("first").begin_array();
  for (const RowDifference& row : difference.first) {
    out.begin_object();
    out.key("subject").string(row.subject).key("part").string(row.part).key("how").string(row.how);
    out.end_object();
  }
  out.end_array().end_object();
}

HttpResponse status_response(const RebuildStatus& status, int http_status) {
  std::string body;
  JsonWriter out(body);
  out.begin_object();
  out.key("id").number(status.id);
  out.key("state").string(rebuild_state_name(status.state));
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
  out.key("difference");
  if (status.difference) {
    write_difference(out, *status.difference);
  } else {
    out.null();
  }
  out.key("error");
  status.error ? out.string(to_string(*status.error)) : out.null();
  out.end_object();
  return HttpResponse::json(std::move(body), http_status);
}

HttpResponse start(RequestContext& context, Rebuilder& rebuilder) {
  const auto pace = pace_of(context.request().body);
  if (!pace) return failed(context, pace.error());
  const auto started = rebuilder.start({.records_per_second_max = *pace});
  if (!started) {
    Problem problem = problem_of(started.error());
    if (started.error().code == Errc::overloaded) problem.status = 409;
    return problem_response(problem, context.request().request_id);
  }
  HttpResponse response = status_response(*rebuilder.status(), 202);
  response.headers.add("Location", "/v1/rebuilds/" + std::to_string(*started));
  return response;
}

HttpResponse get(RequestContext& context, Rebuilder& rebuilder) {
  const auto id = id_parameter(context);
  if (!id) return failed(context, id.error());
  const auto status = rebuilder.status();
  if (!status || status->id != *id) {
    return failed(context, {Errc::not_found, "the newest rebuild is another, or there is none"});
  }
  return status_response(*status, 200);
}

HttpResponse list(Rebuilder& rebuilder) {
  const auto status = rebuilder.status();
  return HttpResponse::json("{\"items\":[" + (status ? status_response(*status, 200).body : std::string()) + "]}");
}

Handler action(Rebuilder& rebuilder, Result<void> (*act)(Rebuilder&, std::uint64_t id, const std::string& body)) {
  return handler_of([&rebuilder, act](RequestContext& context) {
    const auto id = id_parameter(context);
    if (!id) return failed(context, id.error());
    if (auto done = act(rebuilder, *id, context.request().body); !done) return failed(context, done.error());
    return status_response(*rebuilder.status(), 200);
  });
}

}  // namespace

void add_rebuild_routes(Router& router, ApiServices& services) {
  Rebuilder& rebuilder = services.rebuilder;
  const auto add = [&](HttpMethod method, const char* pattern, const char* scope, Handler handler) {
    router.add({.method = method, .pattern = pattern, .scope = scope, .handler = std::move(handler)});
  };
  add(HttpMethod::get, "/v1/rebuilds", "rebuild:read",
      handler_of([&rebuilder](RequestContext&) { return list(rebuilder); }));
  add(HttpMethod::post, "/v1/rebuilds", "rebuild:write",
      handler_of([&rebuilder](RequestContext& context) { return start(context, rebuilder); }));
  add(HttpMethod::get, "/v1/rebuilds/{id}", "rebuild:read",
      handler_of([&rebuilder](RequestContext& context) { return get(context, rebuilder); }));
  add(HttpMethod::post, "/v1/rebuilds/{id}/pause", "rebuild:write",
      action(rebuilder, [](Rebuilder& r, std::uint64_t id, const std::string&) { return r.pause(id, true); }));
  add(HttpMethod::post, "/v1/rebuilds/{id}/resume", "rebuild:write",
      action(rebuilder, [](Rebuilder& r, std::uint64_t id, const std::string&) { return r.pause(id, false); }));
  add(HttpMethod::post, "/v1/rebuilds/{id}/cancel", "rebuild:write",
      action(rebuilder, [](Rebuilder& r, std::uint64_t id, const std::string&) { return r.cancel(id); }));
  add(HttpMethod::post, "/v1/rebuilds/{id}/throttle", "rebuild:write",
      action(rebuilder, [](Rebuilder& r, std::uint64_t id, const std::string& body) -> Result<void> {
        const auto pace = pace_of(body);
        if (!pace) return pace.error();
        return r.throttle(id, *pace);
      }));
}

}  // namespace rapport
