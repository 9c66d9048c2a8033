// /v1/contacts/{id}/diff and /activity: what lies between two moments, and how much happened when.
#include "engine/http/api/api_problem.h"
#include "engine/http/api/as_of.h"
#include "engine/http/api/native_json.h"
#include "engine/http/api/read_position.h"
#include "engine/http/api/request_values.h"
#include "events/number_text.h"
#include "projections/contact_history.h"
#include "projections/contact_reader.h"
#include "projections/timeline_activity.h"

namespace rapport {
namespace {

constexpr std::int64_t kBucketMsMax = std::int64_t{366} * 24 * 3'600'000;

// How many events a contact has whose history may be told; else why it may not.
Result<std::uint64_t> count_told(const View& view, ContactId id) {
  const auto state = read_contact(view, id);
  if (!state) return state.error();
  if (!*state) return Error{Errc::not_found, "there is no contact " + std::to_string(id.value)};
  if ((*state)->gone == Gone::erased) {
    return Error{Errc::contact_erased, "contact " + std::to_string(id.value) + " is erased"};
  }
  return (*state)->ledger.event_count();
}

HttpResponse answer(const ApiServices& services, const View& view, ContactId id, std::string body) {
  HttpResponse response = HttpResponse::json(std::move(body));
  set_position(response, services, positions_of_stream(services, view, id));
  return response;
}

void write_cause(JsonWriter& json, LogId log, Partition partition, const TimelineRow& row) {
  json.begin_object();
  json.key("position").string(format_position(log, {partition, row.stamp.offset}));
  json.key("time").time(row.stamp.time);
  json.key("recordedAt").time(row.recorded_at);
  json.key("source").string(row.source);
  json.key("eventId").string(row.event_id);
  json.key("type").string(row.type_name);
  json.key("actor").string_or_null(row.actor);
  json.end_object();
}

void write_diff(JsonWriter& json, LogId log, Partition partition, const ContactDiff& diff, const Sight& sight) {
  json.key("eventCount").number(diff.event_count);
  json.key("changes").begin_array();
  for (const ContactChange& change : diff.changes) {
    json.begin_object();
    const bool seen = sight.sees_path(change.path);
    json.key("path").string(sight.path(change.path));
    write_seen(json, "old", change.old_value, seen);
    write_seen(json, "new", change.new_value, seen);
    if (!seen) json.key("masked").boolean(true);
    json.key("causeCount").number(change.cause_count);
    json.key("causes").begin_array();
    for (const TimelineRow& row : change.causes) write_cause(json, log, partition, row);
    json.end_array().end_object();
  }
  json.end_array();
}

Result<Moment> moment_parameter(const ApiServices& services, const HttpRequest& request, const View& view, ContactId id,
                                std::string_view name) {
  const auto as_of = as_of_parameter(services, request, name);
  if (!as_of) return as_of.error();
  if (!*as_of) return Moment::now();
  auto moment = moment_of(services, view, id, **as_of);
  if (!moment) return Error{moment.error().code, moment.error().detail, std::string(name)};
  return moment;
}

asio::awaitable<HttpResponse> get_diff(RequestContext& context, ApiServices& services) {
  const auto id = id_parameter(context);
  if (!id) co_return failed(context, id.error());
  if (!context.request().query.find("from")) {
    co_return failed(context, {Errc::invalid_argument, "says since when: a time, a position or a version", "from"});
  }
  const auto view = co_await view_for(context, services);
  if (!view) co_return failed(context, view.error());
  const ContactId contact{*id};
  const auto told = count_told(**view, contact);
  if (!told) co_return failed(context, told.error());
  const auto from = moment_parameter(services, context.request(), **view, contact, "from");
  if (!from) co_return failed(context, from.error());
  const auto to = moment_parameter(services, context.request(), **view, contact, "to");
  if (!to) co_return failed(context, to.error());
  std::function<Result<ContactDiff>()> read = [seen = *view, contact, since = *from, until = *to] {
    return diff_contact(*seen, contact, since, until);
  };
  const auto diff = co_await services.long_reads->run(context.principal().key_id, *told, std::move(read));
  if (!diff) co_return failed(context, diff.error());
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("id").number(contact.value);
  write_diff(json, services.log.id(), services.log.partition_of(to_string(Subject{contact})), *diff,
             Sight(context.principal(), (*view)->control()));
  json.key("position").string(position_text(services, positions_of_stream(services, **view, contact)));
  json.end_object();
  co_return answer(services, **view, contact, std::move(body));
}

// "15m", "6h", "1d"; "minute", "hour", "day" and "week" are words for 1m, 1h, 1d and 7d. Unset: a day.
Result<std::int64_t> bucket_of(const HttpRequest& request) {
  constexpr std::int64_t kMinuteMs = 60'000, kHourMs = 60 * kMinuteMs, kDayMs = 24 * kHourMs;
  const std::string_view text = request.query.find("bucket").value_or("day");
  if (text == "minute") return kMinuteMs;
  if (text == "hour") return kHourMs;
  if (text == "day") return kDayMs;
  if (text == "week") return 7 * kDayMs;
  const Error malformed{Errc::invalid_argument, "is a length of time up to 366 days, like 15m, 6h or 1d", "bucket"};
  if (text.empty()) return malformed;
  const char unit = text.back();
  const std::int64_t unit_ms = unit == 's' ? 1'000 : unit == 'm' ? kMinuteMs : unit == 'h' ? kHourMs : kDayMs;
  if (std::string_view("smhd").find(unit) == std::string_view::npos) return malformed;
  const auto count = parse_number<std::int64_t>(text.substr(0, text.size() - 1));
  if (!count || *count < 1 || *count > kBucketMsMax / unit_ms) return malformed;
  return *count * unit_ms;
}

Result<ActivityQuery> activity_query_of(const HttpRequest& request) {
  ActivityQuery query;
  const auto bucket = bucket_of(request);
  if (!bucket) return bucket.error();
  query.bucket_ms = *bucket;
  const auto from = time_of(request, "from");
  if (!from) return from.error();
  query.from = *from;
  const auto to = time_of(request, "to");
  if (!to) return to.error();
  query.before = *to;
  return query;
}

asio::awaitable<HttpResponse> get_activity(RequestContext& context, ApiServices& services) {
  const auto id = id_parameter(context);
  if (!id) co_return failed(context, id.error());
  const auto query = activity_query_of(context.request());
  if (!query) co_return failed(context, query.error());
  const auto view = co_await view_for(context, services);
  if (!view) co_return failed(context, view.error());
  const ContactId contact{*id};
  const auto told = count_told(**view, contact);
  if (!told) co_return failed(context, told.error());
  std::function<Result<std::vector<ActivityBucket>>()> read = [seen = *view, contact, asked = *query] {
    return read_activity(*seen, contact, asked);
  };
  const auto buckets = co_await services.long_reads->run(context.principal().key_id, *told, std::move(read));
  if (!buckets) {
    Error error = buckets.error();
    if (error.code == Errc::too_large) error = {Errc::invalid_argument, error.detail, "bucket"};
    co_return failed(context, error);
  }
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("bucketSeconds").number(query->bucket_ms / 1'000);
  json.key("items").begin_array();
  for (const ActivityBucket& bucket : *buckets) {
    json.begin_object().key("start").time(std::max(bucket.start, kTimestampMin)).key("counts").begin_object();
    for (std::size_t kind = 0; kind < bucket.counts.size(); ++kind) {
      json.key(kActivityKindNames[kind]).number(bucket.counts[kind]);
    }
    json.end_object().end_object();
  }
  json.end_array();
  json.key("position").string(position_text(services, positions_of_stream(services, **view, contact)));
  json.end_object();
  co_return answer(services, **view, contact, std::move(body));
}

}  // namespace

void add_time_routes(Router& router, ApiServices& services) {
  router.add({.method = HttpMethod::get,
              .pattern = "/v1/contacts/{id}/diff",
              .scope = "timeline:read",
              .handler = [&services](RequestContext& context) { return get_diff(context, services); }});
  router.add({.method = HttpMethod::get,
              .pattern = "/v1/contacts/{id}/activity",
              .scope = "timeline:read",
              .handler = [&services](RequestContext& context) { return get_activity(context, services); }});
}

}  // namespace rapport
