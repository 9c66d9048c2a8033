// /v1/contacts/{id}/blame: of each field, tag and relation, which event set it, and what it overrode.
#include "engine/http/api/api_problem.h"
#include "engine/http/api/contact_answer.h"
#include "engine/http/api/family_view.h"
#include "engine/http/api/native_blame.h"
#include "engine/http/api/native_json.h"
#include "engine/http/api/read_position.h"
#include "engine/http/api/request_values.h"
#include "projections/contact_reader.h"
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

asio::awaitable<HttpResponse> get_blame(RequestContext& context, ApiServices& services) {
  const auto id = id_parameter(context);
  if (!id) co_return failed(context, id.error());
  const auto newest = co_await view_for(context, services);
  if (!newest) co_return failed(context, newest.error());
  FamilyWanted wanted = family_of(ContactId{*id});
  wanted.states_alone = false;
  const auto family = co_await family_view(context, services, *newest, std::move(wanted));
  if (!family) co_return failed(context, family.error());
  const auto* view = &family->view;
  auto contact = read_merged(contacts_of(**view), ContactId{*id});
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
    const auto events = events_told(**view, **contact);
    if (!events) co_return failed(context, events.error());
    std::function<Result<std::vector<MergedBlame>>()> read = [seen = *view, merged = **std::move(contact),
                                                              path = path_of(context.request())] {
      return read_merged_blame(*seen, merged, path);
    };
    const auto blames = co_await services.long_reads->run(context.principal().key_id, *events, std::move(read));
    if (!blames) co_return failed(context, blames.error());
    const Sight sight(context.principal(), (*view)->control());
    json.begin_object().key("items").begin_array();
    for (const MergedBlame& blame : *blames) write_blame(json, services.log, blame, sight);
    json.end_array().key("position").string(position_text(services, positions)).end_object();
    response = HttpResponse::json(std::move(body));
  }
  set_position(response, services, positions);
  family->lent.mark(response, services);
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
