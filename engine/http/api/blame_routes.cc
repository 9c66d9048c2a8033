// /v1/contacts/{id}/blame: of each field, tag and relation, which event set it, and what it overrode.
#include "engine/http/api/api_problem.h"
#include "engine/http/api/native_json.h"
#include "engine/http/api/read_position.h"
#include "engine/http/api/request_values.h"
#include "projections/blame_reader.h"
#include "projections/contact_reader.h"

namespace rapport {
namespace {

// "email" is short for "fields.email".
std::optional<std::string> path_of(const HttpRequest& request) {
  const auto field = request.query.find("field");
  if (!field || field->empty()) return std::nullopt;
  const bool is_path = field->find('.') != std::string_view::npos || *field == "companyId" || *field == "archived" ||
                       *field == "blocked" || *field == "mergedInto";
  return (is_path ? "" : "fields.") + std::string(*field);
}

// Why the register holds the write, or does not: the greatest time wins, equal times by place in the log.
std::string_view rule_of(const Blame& blame, std::size_t index) {
  const BlamedWrite& write = blame.writes[index];
  if (index > 0) return write.lost ? "came_late" : "overridden";
  if (blame.write_count == 1) return "only_write";
  return blame.writes[1].stamp.time == write.stamp.time ? "last_of_one_time" : "latest_time";
}

void write_blame(JsonWriter& json, LogId log, Partition partition, const Blame& blame, const Sight& sight) {
  const bool seen = sight.sees_path(blame.path);
  const auto write_value = [&](const JsonText& value) {
    seen ? json.key("value").raw(value) : json.key("value").null();
  };
  json.begin_object();
  json.key("path").string(blame.path);
  if (!seen) json.key("masked").boolean(true);
  write_value(blame.writes.front().value);
  json.key("writeCount").number(blame.write_count);
  json.key("writes").begin_array();
  for (std::size_t i = 0; i < blame.writes.size(); ++i) {
    const BlamedWrite& write = blame.writes[i];
    json.begin_object();
    write_value(write.value);
    json.key("position").string(format_position(log, {partition, write.stamp.offset}));
    json.key("time").time(write.stamp.time);
    json.key("recordedAt").time(write.recorded_at);
    json.key("source").string(write.source);
    json.key("eventId").string(write.event_id);
    json.key("type").string(write.type_name);
    json.key("actor").string_or_null(write.actor);
    json.key("won").boolean(!write.lost);
    json.key("rule").string(rule_of(blame, i));
    json.end_object();
  }
  json.end_array().end_object();
}

asio::awaitable<HttpResponse> get_blame(RequestContext& context, ApiServices& services) {
  const auto id = id_parameter(context);
  if (!id) co_return failed(context, id.error());
  const auto view = co_await view_for(context, services);
  if (!view) co_return failed(context, view.error());
  const ContactId contact{*id};
  const auto state = read_contact(**view, contact);
  if (!state) co_return failed(context, state.error());
  if (!*state) co_return failed(context, {Errc::not_found, "there is no contact " + std::to_string(*id)});

  const Positions positions = positions_of_stream(services, **view, contact);
  std::string body;
  JsonWriter json(body);
  HttpResponse response;
  if ((*state)->gone != Gone::no) {
    write_gone_contact(json, contact, **state);
    response = HttpResponse::json(std::move(body), 410);
  } else {
    const auto blames = read_blame(**view, contact, path_of(context.request()));
    if (!blames) co_return failed(context, blames.error());
    const Partition partition = services.log.partition_of(to_string(Subject{contact}));
    const Sight sight(context.principal(), (*view)->control());
    json.begin_object().key("items").begin_array();
    for (const Blame& blame : *blames) write_blame(json, services.log.id(), partition, blame, sight);
    json.end_array().key("position").string(position_text(services, positions)).end_object();
    response = HttpResponse::json(std::move(body));
  }
  set_position(response, services, positions);
  co_return response;
}

}  // namespace

void add_blame_routes(Router& router, ApiServices& services) {
  router.add({.method = HttpMethod::get,
              .pattern = "/v1/contacts/{id}/blame",
              .scope = "timeline:read",
              .handler = [&services](RequestContext& context) { return get_blame(context, services); }});
}

}  // namespace rapport
