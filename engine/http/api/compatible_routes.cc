// /api/v1/crm/objects/contact: the API that clients of the seed's contact table speak.
#include <algorithm>
#include <array>

#include "engine/http/api/compatible_answer.h"
#include "engine/http/api/compatible_body.h"
#include "engine/http/api/compatible_json.h"
#include "engine/http/api/contact_list_request.h"
#include "engine/http/api/publish_wait.h"
#include "engine/http/api/read_position.h"
#include "engine/http/api/request_values.h"
#include "events/text.h"
#include "projections/contact_reader.h"

namespace rapport {
namespace {

constexpr std::size_t kPageDefault = 20;
constexpr std::array<std::string_view, 6> kRelations{"fields", "tags", "company", "visits", "cases", "timeline"};

HttpResponse failed(RequestContext& context, const Error& error) { return compatible_problem(context, error); }

Result<CompatibleShape> shape_of(const HttpRequest& request) {
  CompatibleShape shape{names_of(request, "select"), names_of(request, "relations")};
  for (const std::string& relation : shape.relations) {
    if (std::find(kRelations.begin(), kRelations.end(), relation) == kRelations.end()) {
      return Error{Errc::invalid_argument,
                   quote(relation) + " is none of fields, tags, company, visits, cases and timeline", "relations"};
    }
  }
  for (const std::string_view relation : kRelations) {
    if (shape.select.contains(relation)) shape.relations.emplace(relation);
  }
  return shape;
}

// {"data":{contact}}
HttpResponse contact_response(RequestContext& context, ApiServices& services, ContactId id, const View& view,
                              const CompatibleShape& shape) {
  const auto state = read_contact(view, id);
  if (!state) return failed(context, state.error());
  if (!*state || !(*state)->is_live()) {
    return failed(context, {Errc::not_found, "there is no contact " + std::to_string(id.value)});
  }
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("data");
  if (auto written =
          write_compatible_contact(json, view, id, **state, shape, Sight(context.principal(), view.control()));
      !written) {
    return failed(context, written.error());
  }
  json.end_object();
  HttpResponse response = HttpResponse::json(std::move(body));
  response.headers.add("ETag", '"' + std::to_string((*state)->version()) + '"');
  set_position(response, services, positions_of_stream(services, view, id));
  return response;
}

asio::awaitable<HttpResponse> retrieve(RequestContext& context, ApiServices& services) {
  const auto id = id_parameter(context);
  if (!id) co_return failed(context, id.error());
  const auto shape = shape_of(context.request());
  if (!shape) co_return failed(context, shape.error());
  const auto view = co_await view_for(context, services);
  if (!view) co_return failed(context, view.error());
  co_return contact_response(context, services, ContactId{*id}, **view, *shape);
}

// {"data":{"list":[contact...],"counts":{"total":6,"records":6,"pending":0,"active":1}}}
asio::awaitable<HttpResponse> list(RequestContext& context, ApiServices& services) {
  const HttpRequest& request = context.request();
  const auto shape = shape_of(request);
  if (!shape) co_return failed(context, shape.error());
  const auto view = co_await view_for(context, services);
  if (!view) co_return failed(context, view.error());
  const Sight sight(context.principal(), (*view)->control());
  const auto query = contact_list_query(request, (*view)->control(), sight, kPageDefault);
  if (!query) co_return failed(context, query.error());
  const auto page = list_contacts(**view, *query);
  if (!page) co_return failed(context, page.error());
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("data").begin_object().key("list").begin_array();
  std::uint64_t pending = 0, active = 0;
  for (const MergedContact& contact : page->contacts) {
    if (auto written = write_compatible_contact(json, **view, contact.root, contact.state, *shape, sight); !written) {
      co_return failed(context, written.error());
    }
    contact.state.open_cases > 0 ? ++pending : ++active;
  }
  json.end_array().key("counts").begin_object();
  json.key("total").number(page->total).key("records").number(std::uint64_t{page->contacts.size()});
  json.key("pending").number(pending).key("active").number(active);
  json.end_object().end_object().end_object();
  HttpResponse response = HttpResponse::json(std::move(body));
  set_position(response, services, (*view)->positions());
  co_return response;
}

asio::awaitable<HttpResponse> write(RequestContext& context, ApiServices& services, RequestedEvent wanted) {
  const auto if_match = if_match_of(context.request());
  if (!if_match) co_return failed(context, if_match.error());
  if (*if_match) wanted.expected_version = **if_match;
  const auto result = co_await async_write(context, services, std::move(wanted));
  if (!result) co_return failed(context, result.error());
  if (result->status == PublishStatus::durable) {
    co_return failed(context, {Errc::wait_timeout, "the change is in the log and was not folded in time"});
  }
  const CompatibleShape shape{{}, {"fields"}};
  const auto view = services.folder.view();
  HttpResponse response = contact_response(context, services, *result->contact, *view, shape);
  Positions positions;
  advance(positions, *result->position);
  set_position(response, services, positions);
  co_return response;
}

asio::awaitable<HttpResponse> create(RequestContext& context, ApiServices& services) {
  auto body = parse_compatible_contact(context.request().body, CompatibleWrite::create);
  if (!body) co_return failed(context, body.error());
  RequestedEvent wanted{.type = "contact.created", .subject = "contact/1", .data = std::move(body->data)};
  wanted.time = body->date_updated;
  if (const auto checked = make_requested_event(wanted, "check"); !checked) co_return failed(context, checked.error());
  const auto id = co_await async_allocate_id(services, IdKind::contact);
  if (!id) co_return failed(context, id.error());
  wanted.subject = to_string(Subject{ContactId{*id}});
  co_return co_await write(context, services, std::move(wanted));
}

Result<ContactId> live_contact(RequestContext& context, ApiServices& services) {
  const auto id = id_parameter(context);
  if (!id) return id.error();
  const auto state = read_contact(*services.folder.view(), ContactId{*id});
  if (!state) return state.error();
  if (!*state || !(*state)->is_live()) return Error{Errc::not_found, "there is no contact " + std::to_string(*id)};
  return ContactId{*id};
}

asio::awaitable<HttpResponse> update(RequestContext& context, ApiServices& services) {
  const auto id = live_contact(context, services);
  if (!id) co_return failed(context, id.error());
  auto body = parse_compatible_contact(context.request().body, CompatibleWrite::update);
  if (!body) co_return failed(context, body.error());
  if (body->empty) {
    co_return contact_response(context, services, *id, *services.folder.view(), {{}, {"fields"}});
  }
  RequestedEvent wanted{.type = "contact.changed", .subject = to_string(Subject{*id}), .data = std::move(body->data)};
  wanted.time = body->date_updated;
  co_return co_await write(context, services, std::move(wanted));
}

asio::awaitable<HttpResponse> remove(RequestContext& context, ApiServices& services) {
  const auto id = live_contact(context, services);
  if (!id) co_return failed(context, id.error());
  RequestedEvent wanted{.type = "contact.deleted", .subject = to_string(Subject{*id}), .data = "{}"};
  const auto result = co_await async_write(context, services, std::move(wanted));
  if (!result) co_return failed(context, result.error());
  HttpResponse response = HttpResponse::json("{\"data\":{\"deleted\":1}}");
  Positions positions;
  advance(positions, *result->position);
  set_position(response, services, positions);
  co_return response;
}

}  // namespace

void add_compatible_routes(Router& router, ApiServices& services) {
  const auto add = [&](HttpMethod method, const char* pattern, const char* scope, Handler handler) {
    router.add({.method = method, .pattern = pattern, .scope = scope, .handler = std::move(handler)});
  };
  const char* one = "/api/v1/crm/objects/contact/{id}";
  const char* all = "/api/v1/crm/objects/contact";
  add(HttpMethod::get, all, "contact:read", [&services](RequestContext& c) { return list(c, services); });
  add(HttpMethod::get, one, "contact:read", [&services](RequestContext& c) { return retrieve(c, services); });
  add(HttpMethod::post, all, "contact:write", [&services](RequestContext& c) { return create(c, services); });
  add(HttpMethod::put, one, "contact:write", [&services](RequestContext& c) { return update(c, services); });
  add(HttpMethod::delete_, one, "contact:delete", [&services](RequestContext& c) { return remove(c, services); });
}

}  // namespace rapport
