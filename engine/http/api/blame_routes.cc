// /v1/contacts/{id}/blame: of each field, tag and relation, which event set it, and what it overrode.
#include "engine/http/api/api_problem.h"
#include "engine/http/api/contact_answer.h"
#include "engine/http/api/native_json.h"
#include "engine/http/api/read_position.h"
#include "engine/http/api/request_values.h"
#include "projections/merged_blame.h"

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

// Why the register holds the write, or does not: the greatest time wins, equal times by place in the log. Of a merge's
// members one gives its value to the whole (docs/merging.md); `holds` says whether this is it.
std::string_view rule_of(const Blame& blame, std::size_t index, bool holds) {
  const BlamedWrite& write = blame.writes[index];
  if (index > 0) return write.lost ? "came_late" : "overridden";
  if (!holds) return "other_member";
  if (blame.write_count == 1) return "only_write";
  return blame.writes[1].stamp.time == write.stamp.time ? "last_of_one_time" : "latest_time";
}

void write_writes(JsonWriter& json, const ApiServices& services, const MemberBlame& member, bool holds, bool seen) {
  const Blame& blame = member.blame;
  const Partition partition = services.log.partition_of(to_string(Subject{member.contact}));
  for (std::size_t i = 0; i < blame.writes.size(); ++i) {
    const BlamedWrite& write = blame.writes[i];
    json.begin_object();
    write_seen(json, "value", write.value, seen);
    json.key("contact").number(member.contact.value);
    json.key("position").string(format_position(services.log.id(), {partition, write.stamp.offset}));
    json.key("time").time(write.stamp.time);
    json.key("recordedAt").time(write.recorded_at);
    json.key("source").string(write.source);
    json.key("eventId").string(write.event_id);
    json.key("type").string(write.type_name);
    json.key("actor").string_or_null(write.actor);
    json.key("won").boolean(!write.lost);
    json.key("rule").string(rule_of(blame, i, holds));
    json.end_object();
  }
}

void write_blame(JsonWriter& json, const ApiServices& services, const MergedBlame& merged, const Sight& sight) {
  const bool seen = sight.sees_path(merged.path());
  std::uint64_t write_count = 0;
  for (const MemberBlame& member : merged.members) write_count += member.blame.write_count;
  json.begin_object();
  json.key("path").string(merged.path());
  if (!seen) json.key("masked").boolean(true);
  write_seen(json, "value", merged.members.front().blame.writes.front().value, seen);
  json.key("writeCount").number(write_count);
  json.key("writes").begin_array();
  for (const MemberBlame& member : merged.members) {
    write_writes(json, services, member, &member == &merged.members.front(), seen);
  }
  json.end_array().end_object();
}

asio::awaitable<HttpResponse> get_blame(RequestContext& context, ApiServices& services) {
  const auto id = id_parameter(context);
  if (!id) co_return failed(context, id.error());
  const auto view = co_await view_for(context, services);
  if (!view) co_return failed(context, view.error());
  const auto contact = read_merged(contacts_of(**view), ContactId{*id});
  if (!contact) co_return failed(context, contact.error());
  if (!*contact) co_return failed(context, {Errc::not_found, "there is no contact " + std::to_string(*id)});

  const Positions positions = positions_of_contact(services, **view, **contact);
  std::string body;
  JsonWriter json(body);
  HttpResponse response;
  if ((*contact)->state.gone != Gone::no) {
    write_gone_contact(json, (*contact)->root, (*contact)->state);
    response = HttpResponse::json(std::move(body), 410);
  } else {
    const auto blames = read_merged_blame(**view, **contact, path_of(context.request()));
    if (!blames) co_return failed(context, blames.error());
    const Sight sight(context.principal(), (*view)->control());
    json.begin_object().key("items").begin_array();
    for (const MergedBlame& blame : *blames) write_blame(json, services, blame, sight);
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
