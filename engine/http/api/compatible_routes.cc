// /api/v1/crm/objects/contact: the API that clients of the seed's contact table speak.
#include <algorithm>
#include <array>

#include "engine/http/api/company_source.h"
#include "engine/http/api/compatible_answer.h"
#include "engine/http/api/compatible_body.h"
#include "engine/http/api/compatible_contact_answer.h"
#include "engine/http/api/compatible_row.h"
#include "engine/http/api/contact_list_request.h"
#include "engine/http/api/family_view.h"
#include "engine/http/api/group_contact_rows.h"
#include "engine/http/api/read_position.h"
#include "engine/http/api/request_values.h"
#include "engine/http/api/write_call.h"
#include "projections/contact_reader.h"

namespace rapport {
namespace {

constexpr std::size_t kPageDefault = 20;

asio::awaitable<HttpResponse> retrieve(RequestContext& context, ApiServices& services) {
  const auto id = id_parameter(context);
  if (!id) co_return compatible_problem(context, id.error());
  auto shape = contact_shape_of(context.request());
  if (!shape) co_return compatible_problem(context, shape.error());
  const auto as_of = as_of_parameter(services, context.request(), "as_of");
  if (!as_of) co_return compatible_problem(context, as_of.error());
  constexpr std::array<std::string_view, 3> kOfNow{"visits", "cases", "timeline"};
  const auto is_asked = [&](std::string_view relation) { return shape->relations.contains(relation); };
  if (*as_of && std::any_of(kOfNow.begin(), kOfNow.end(), is_asked)) {
    co_return compatible_problem(
        context,
        {Errc::invalid_argument, "visits, cases and timeline are those of now, and do not go with as_of", "relations"});
  }
  const auto newest = co_await view_for(context, services);
  if (!newest) co_return compatible_problem(context, newest.error());
  FamilyWanted wanted = family_of(ContactId{*id});
  wanted.states_alone = shape->relations.empty();
  wanted.as_of = *as_of;
  const auto family = co_await family_view(context, services, *newest, std::move(wanted));
  if (!family) co_return compatible_problem(context, family.error());
  const auto* view = &family->view;
  const auto contact = live_contact(services, **view, ContactId{*id}, *as_of);
  if (!contact) co_return compatible_problem(context, contact.error());
  const std::vector named{contact->state.company.value};
  const auto companies = co_await find_companies(context, services, named, *shape);
  if (!companies) co_return compatible_problem(context, companies.error());
  HttpResponse response = compatible_contact(context, services, **view, *contact, *shape);
  family->lent.mark(response, services);
  co_return response;
}

// {"data":{"list":[contact...],"counts":{"total":6,"records":6,"pending":0,"active":1}}}; `notes`: of each item the
// status of its latest case.
HttpResponse list_answer(const std::vector<GroupRow>& rows, std::uint64_t total) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("data").begin_object().key("list").begin_array();
  std::uint64_t pending = 0, active = 0;
  for (const GroupRow& row : rows) {
    json.raw(row.item);
    if (row.note == case_status_note(CaseStatus::pending)) ++pending;
    if (row.note == case_status_note(CaseStatus::active)) ++active;
  }
  json.end_array().key("counts").begin_object();
  json.key("total").number(total).key("records").number(std::uint64_t{rows.size()});
  json.key("pending").number(pending).key("active").number(active);
  json.end_object().end_object().end_object();
  return HttpResponse::json(std::move(body));
}

asio::awaitable<HttpResponse> list(RequestContext& context, ApiServices& services) {
  const HttpRequest& request = context.request();
  if (names_companies(request)) co_return co_await company_contacts_asked_for(context, services);
  auto shape = contact_shape_of(request);
  if (!shape) co_return compatible_problem(context, shape.error());
  *shape = row_shape_of(*std::move(shape));
  const auto view = co_await view_for(context, services);
  if (!view) co_return compatible_problem(context, view.error());
  const Sight sight(context.principal(), (*view)->control());
  auto query = contact_list_query(request, (*view)->control(), sight, kPageDefault);
  if (!query) co_return compatible_problem(context, query.error());
  query->bytes_max = kNumberedPageBytesMax;
  if (asks_owners(services, request)) {
    const ReadFamilies of_families = [&](const Families& families) {
      return family_contact_rows(context, services, families, *query, *shape);
    };
    const auto found = co_await group_rows(context, services, query->limit, in_order_of(query->order), of_families);
    if (!found) co_return compatible_problem(context, found.error());
    HttpResponse response = list_answer(found->rows, found->count);
    found->mark(response, services);
    co_return response;
  }
  if (services.group != nullptr) co_return co_await member_contact_rows(context, services, *query, *shape);
  const auto page = co_await read_list(context, services, *view, *query);
  if (!page) co_return compatible_problem(context, page.error());
  const auto rows = compatible_rows(**view, *page, query->order, *shape, sight);
  if (!rows) co_return compatible_problem(context, rows.error());
  HttpResponse response = list_answer(*rows, page->total);
  set_position(response, services, (*view)->positions());
  co_return response;
}

// Publishes the event, and answers with the contact as it then stands, fields included.
asio::awaitable<HttpResponse> write(WriteCall& call, Event event) {
  const auto result = co_await call.write(std::move(event));
  if (!result) co_return call.failed(result.error());
  if (result->status == PublishStatus::durable) {
    co_return call.failed({Errc::wait_timeout, "the change is in the log and was not folded in time"});
  }
  const auto family = co_await call.family(*result->contact);
  if (!family) co_return call.failed(family.error());
  const auto view = family->view;
  const auto contact = live_contact(call.services(), *view, *result->contact, call.as_of());
  if (!contact) co_return call.failed(contact.error());
  const CompatibleShape shape{{}, {"fields"}};
  co_return compatible_contact(call.context(), call.services(), *view, *contact, shape);
}

asio::awaitable<HttpResponse> create(WriteCall& call) {
  auto body = parse_compatible_contact(call.request().body, CompatibleWrite::create);
  if (!body) co_return call.failed(body.error());
  // What is wrong with it costs no id.
  auto event = call.make(
      {.type = "contact.created", .subject = "contact/1", .data = std::move(body->data), .time = body->date_updated});
  if (!event) co_return call.failed(event.error());
  const auto id = co_await call.fresh_id(IdKind::contact);
  if (!id) co_return call.failed(id.error());
  event->subject = ContactId{*id};
  co_return co_await write(call, *std::move(event));
}

// A change of a merge's member is one of its root.
asio::awaitable<HttpResponse> update(WriteCall& call) {
  const auto id = id_parameter(call.context());
  if (!id) co_return call.failed(id.error());
  const auto family = co_await call.family(ContactId{*id});
  if (!family) co_return call.failed(family.error());
  const auto view = family->view;
  const auto contact = live_contact(call.services(), *view, ContactId{*id});
  if (!contact) co_return call.failed(contact.error());
  auto body = parse_compatible_contact(call.request().body, CompatibleWrite::update);
  if (!body) co_return call.failed(body.error());
  if (body->empty) {
    if (call.if_match() && *call.if_match() != contact->version) {
      co_return call.failed({Errc::wrong_expected_version, "contact " + std::to_string(*id) + " is at " +
                                                               std::to_string(contact->version) + ", expected " +
                                                               std::to_string(*call.if_match())});
    }
    const CompatibleShape shape{{}, {"fields"}};
    co_return compatible_contact(call.context(), call.services(), *view, *contact, shape);
  }
  auto event = call.make({.type = "contact.changed",
                          .subject = to_string(Subject{contact->root}),
                          .data = std::move(body->data),
                          .time = body->date_updated});
  if (!event) co_return call.failed(event.error());
  co_return co_await write(call, *std::move(event));
}

// Takes all members of a merge, so it is asked of the root.
asio::awaitable<HttpResponse> remove(WriteCall& call) {
  const auto id = id_parameter(call.context());
  if (!id) co_return call.failed(id.error());
  const Subject subject = ContactId{*id};
  const auto repeat = call.is_repeat(subject);
  if (!repeat) co_return call.failed(repeat.error());
  if (!*repeat) {
    const auto family = co_await call.family(ContactId{*id});
    if (!family) co_return call.failed(family.error());
    const auto contact = live_contact(call.services(), *family->view, ContactId{*id});
    if (!contact) co_return call.failed(contact.error());
    if (contact->root != ContactId{*id}) {
      co_return call.failed({Errc::invalid_argument,
                             "is merged into contact " + std::to_string(contact->root.value) + ": delete that", "id"});
    }
  }
  auto event = call.make({.type = "contact.deleted", .subject = to_string(subject), .data = "{}"});
  if (!event) co_return call.failed(event.error());
  const auto result = co_await call.write(*std::move(event));
  if (!result) co_return call.failed(result.error());
  co_return data_response("{\"deleted\":1}");
}

}  // namespace

void add_compatible_routes(Router& router, ApiServices& services) {
  const auto add = [&](HttpMethod method, const char* pattern, const char* scope, Handler handler) {
    router.add({.method = method, .pattern = pattern, .scope = scope, .handler = std::move(handler)});
  };
  const auto add_write = [&](HttpMethod method, const char* pattern, const char* scope, WriteHandler handler) {
    const WriteRules rules{.failed = compatible_problem, .versioned = true};
    add(method, pattern, scope, writing(services, rules, std::move(handler)));
  };
  const char* one = "/api/v1/crm/objects/contact/{id}";
  const char* all = "/api/v1/crm/objects/contact";
  add(HttpMethod::get, all, "contact:read", [&services](RequestContext& c) { return list(c, services); });
  add(HttpMethod::get, one, "contact:read", [&services](RequestContext& c) { return retrieve(c, services); });
  add_write(HttpMethod::post, all, "contact:write", [](WriteCall& call) { return create(call); });
  add_write(HttpMethod::put, one, "contact:write", [](WriteCall& call) { return update(call); });
  add_write(HttpMethod::delete_, one, "contact:delete", [](WriteCall& call) { return remove(call); });
}

}  // namespace rapport
