// /v1/contacts/{id}/export: everything that is known of a contact, as a document or as a page that a person can read.
#include <map>

#include "engine/http/api/api_problem.h"
#include "engine/http/api/contact_answer.h"
#include "engine/http/api/export_page.h"
#include "engine/http/api/family_view.h"
#include "engine/http/api/native_blame.h"
#include "engine/http/api/native_json.h"
#include "engine/http/api/read_position.h"
#include "engine/http/api/request_values.h"
#include "projections/timeline_reader.h"

namespace rapport {
namespace {

struct SourceUse {
  std::uint64_t events = 0;
  Timestamp first{}, last{};
};

// Of the contact and its members, each one's events oldest first.
Result<std::map<std::string, SourceUse>> write_timeline(JsonWriter& json, const ApiServices& services, const View& view,
                                                        const MergedContact& contact, const Sight& sight) {
  std::map<std::string, SourceUse> sources;
  json.begin_array();
  for (const ContactId member : contact.precedence) {
    const Partition partition = services.log.partition_of(to_string(Subject{member}));
    TimelineQuery query;
    query.newest_first = false;
    query.limit = kTimelinePageMax;
    for (bool more = true; more;) {
      const auto page = read_timeline(view, member, query);
      if (!page) return page.error();
      for (const TimelineEntry& entry : page->entries) {
        write_timeline_entry(json, member, services.log.id(), partition, entry, sight);
        SourceUse& use = sources[entry.row.source];
        const Timestamp time = entry.row.stamp.time;
        if (use.events == 0 || time < use.first) use.first = time;
        if (use.events == 0 || use.last < time) use.last = time;
        ++use.events;
      }
      more = page->more;
      if (more) query.after = page->entries.back().row.stamp;
    }
  }
  json.end_array();
  return sources;
}

Result<std::string> write_export(const ApiServices& services, const View& view, const MergedContact& contact,
                                 const Sight& sight) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("exported").time(now_wall_clock());
  json.key("position").string(position_text(services, positions_of_contact(services, view, contact)));
  json.key("contact");
  write_contact(json, contact, sight);
  const auto blames = read_merged_blame(view, contact, std::nullopt);
  if (!blames) return blames.error();
  json.key("blame").begin_array();
  for (const MergedBlame& blame : *blames) write_blame(json, services.log, blame, sight);
  json.end_array().key("timeline");
  const auto sources = write_timeline(json, services, view, contact, sight);
  if (!sources) return sources.error();
  json.key("sources").begin_array();
  for (const auto& [source, use] : *sources) {
    json.begin_object().key("source").string(source).key("events").number(use.events);
    json.key("first").time(use.first).key("last").time(use.last).end_object();
  }
  json.end_array().end_object();
  return body;
}

asio::awaitable<HttpResponse> get_export(RequestContext& context, ApiServices& services) {
  const auto id = id_parameter(context);
  if (!id) co_return failed(context, id.error());
  const std::string format(context.request().query.find("format").value_or("json"));
  if (format != "json" && format != "html") {
    co_return failed(context, {Errc::invalid_argument, "is json or html", "format"});
  }
  const auto newest = co_await view_for(context, services);
  if (!newest) co_return failed(context, newest.error());
  FamilyWanted wanted = family_of(ContactId{*id});
  wanted.states_alone = false;
  const auto family = co_await family_view(context, services, *newest, std::move(wanted));
  if (!family) co_return failed(context, family.error());
  const auto* view = &family->view;
  const Sight sight(context.principal(), (*view)->control());
  if (const auto may = sight.check_personal("export"); !may) co_return failed(context, may.error());
  if (const auto may = check_shows_contacts(context.principal(), "export"); !may)
    co_return failed(context, may.error());
  const auto contact = read_merged(contacts_of(**view), ContactId{*id});
  if (!contact) co_return failed(context, contact.error());
  if (!*contact || (*contact)->state.gone != Gone::no || !(*contact)->state.exists) {
    co_return contact_answer(context, services, **view, ContactId{*id});
  }
  const auto events = events_told(**view, **contact);
  if (!events) co_return failed(context, events.error());
  std::function<Result<std::string>()> write = [&services, seen = *view, whole = **contact, sight] {
    return write_export(services, *seen, whole, sight);
  };
  const auto body = co_await services.long_reads->run(context.principal().key_id, *events, std::move(write));
  if (!body) co_return failed(context, body.error());
  HttpResponse response = HttpResponse::json(*body);
  if (format == "html") {
    response.body = export_page(*body);
    response.content_type = "text/html; charset=utf-8";
    response.headers.add("Content-Security-Policy",
                         "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
  }
  set_position(response, services, positions_of_contact(services, **view, **contact));
  family->lent.mark(response, services);
  co_return response;
}

}  // namespace

void add_export_routes(Router& router, ApiServices& services) {
  router.add({.method = HttpMethod::get,
              .pattern = "/v1/contacts/{id}/export",
              .scope = "timeline:read",
              .handler = [&services](RequestContext& context) { return get_export(context, services); }});
}

}  // namespace rapport
