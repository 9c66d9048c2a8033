// /api/v1/crm/objects/company: companies, each write one event of the company's own stream. A deleted company's
// contacts and cases stay.
#include <boost/json.hpp>

#include "engine/http/api/body_object.h"
#include "engine/http/api/company_answer.h"
#include "engine/http/api/company_source.h"
#include "engine/http/api/group_company_list.h"
#include "engine/http/api/read_position.h"
#include "engine/http/api/request_values.h"
#include "engine/http/api/write_call.h"

namespace rapport {
namespace {

namespace json = boost::json;

constexpr std::size_t kWalkedAtOnce = 500;

// {"fields":{...},"dateCreated":T,"dateUpdated":T}
struct CompanyBody {
  std::string data;  // of company.created or company.changed
  std::optional<Timestamp> date_created, date_updated;
};

Result<std::optional<Timestamp>> time_of_member(std::string_view name, const json::value& value) {
  if (value.is_null()) return std::optional<Timestamp>();
  const Error bad{Errc::invalid_argument, "is not a date", std::string(name)};
  if (!value.is_string()) return bad;
  const auto time = parse_timestamp(std::string_view(value.get_string().data(), value.get_string().size()));
  if (!time) return bad;
  return std::optional(*time);
}

Result<CompanyBody> parse_company(const std::string& body, bool is_new) {
  auto object = body_object(body);
  RAPPORT_TRY(object);
  json::object& members = *object;
  CompanyBody out;
  for (const auto& [name, member] : members) {
    if (name == "fields") continue;
    if (name != "dateCreated" && name != "dateUpdated") {
      return Error{Errc::invalid_argument, "is not a member of a company", std::string(name)};
    }
    const auto time = time_of_member({name.data(), name.size()}, member);
    if (!time) return time.error();
    (name == "dateCreated" ? out.date_created : out.date_updated) = *time;
  }
  json::value* fields = members.if_contains("fields");
  if (fields == nullptr) return Error{Errc::invalid_argument, "is missing", "fields"};
  if (!fields->is_object()) return Error{Errc::invalid_argument, "is not an object", "fields"};
  if (is_new) {  // it has nothing to remove
    json::object& values = fields->get_object();
    for (auto it = values.begin(); it != values.end();) it = it->value().is_null() ? values.erase(it) : it + 1;
  }
  out.data = json::serialize(json::object{{"fields", *fields}});
  return out;
}

Result<CompanyState> live_company(const View& view, CompanyId id) {
  auto state = read_company(view, id);
  if (!state) return state.error();
  if (!*state || !(*state)->is_live()) {
    return Error{Errc::not_found, "there is no company " + std::to_string(id.value)};
  }
  return **std::move(state);
}

HttpResponse company_response(RequestContext& context, const ApiServices& services, const View& view, CompanyId id,
                              const CompanyShape& shape) {
  auto state = live_company(view, id);
  if (!state) return compatible_problem(context, state.error());
  const std::string etag = '"' + std::to_string(state->version()) + '"';
  const auto item = company_items(view, {{id, *std::move(state)}}, shape, Sight(context.principal(), view.control()));
  if (!item) return compatible_problem(context, item.error());
  HttpResponse response = data_response(*item);
  response.headers.add("ETag", etag);
  set_position(response, services, positions_of_stream(services, view, id));
  return response;
}

asio::awaitable<HttpResponse> retrieve(RequestContext& context, ApiServices& services) {
  const auto id = id_parameter(context);
  if (!id) co_return compatible_problem(context, id.error());
  auto shape = company_shape_of(context);
  if (!shape) co_return compatible_problem(context, shape.error());
  const auto view = co_await view_for(context, services);
  if (!view) co_return compatible_problem(context, view.error());
  const std::vector named{CompanyId{*id}};
  const auto contacts = co_await find_company_contacts(context, services, named, *shape);
  if (!contacts) co_return compatible_problem(context, contacts.error());
  co_return company_response(context, services, **view, CompanyId{*id}, *shape);
}

struct CompaniesFound {
  std::vector<ListedCompany> shown;
  std::size_t count = 0;  // on all pages
};

Result<CompaniesFound> companies_of_page(const View& view, const EqualityWhere& where, const NumberedPage& page) {
  CompaniesFound out;
  for (CompanyId after{0};;) {
    auto some = list_companies(view, after, kWalkedAtOnce);
    if (!some) return some.error();
    for (ListedCompany& company : some->companies) {
      after = company.id;
      if (matches(where, company.id, company.state) && page.shows(out.count++)) out.shown.push_back(std::move(company));
    }
    if (!some->more) return out;
  }
}

asio::awaitable<HttpResponse> list(RequestContext& context, ApiServices& services) {
  const HttpRequest& request = context.request();
  auto shape = company_shape_of(context);
  if (!shape) co_return compatible_problem(context, shape.error());
  const auto page = numbered_page_of(request);
  if (!page) co_return compatible_problem(context, page.error());
  const auto where = company_where_of(request);
  if (!where) co_return compatible_problem(context, where.error());
  if (asks_owners(services, request)) co_return co_await group_companies(context, services, *page, *shape);
  if (services.group != nullptr) co_return co_await member_companies(context, services, *where, *shape);
  const auto view = co_await view_for(context, services);
  if (!view) co_return compatible_problem(context, view.error());
  const auto found = companies_of_page(**view, *where, *page);
  if (!found) co_return compatible_problem(context, found.error());
  const auto items = company_items(**view, found->shown, *shape, Sight(context.principal(), (*view)->control()));
  if (!items) co_return compatible_problem(context, items.error());
  HttpResponse response = numbered_page_response(*page, found->count, *items);
  set_position(response, services, (*view)->positions());
  co_return response;
}

// Publishes the event, and answers with the company as it then stands, fields included.
asio::awaitable<HttpResponse> write(WriteCall& call, Event event, CompanyId id) {
  const auto result = co_await call.write(std::move(event));
  if (!result) co_return call.failed(result.error());
  if (result->status == PublishStatus::durable) {
    co_return call.failed({Errc::wait_timeout, "the change is in the log and was not folded in time"});
  }
  const CompanyShape shape{{}, {"fields"}};
  co_return company_response(call.context(), call.services(), *call.view(), id, shape);
}

asio::awaitable<HttpResponse> create(WriteCall& call) {
  auto body = parse_company(call.request().body, true);
  if (!body) co_return call.failed(body.error());
  // What is wrong with it costs no id.
  auto event = call.make({.type = "company.created",
                          .subject = "company/1",
                          .data = std::move(body->data),
                          .time = body->date_created ? body->date_created : body->date_updated});
  if (!event) co_return call.failed(event.error());
  const auto id = co_await call.fresh_id(IdKind::company);
  if (!id) co_return call.failed(id.error());
  event->subject = CompanyId{*id};
  co_return co_await write(call, *std::move(event), CompanyId{*id});
}

asio::awaitable<HttpResponse> update(WriteCall& call) {
  const auto id = id_parameter(call.context());
  if (!id) co_return call.failed(id.error());
  const auto state = live_company(*call.view(), CompanyId{*id});
  if (!state) co_return call.failed(state.error());
  auto body = parse_company(call.request().body, false);
  if (!body) co_return call.failed(body.error());
  auto event = call.make({.type = "company.changed",
                          .subject = to_string(Subject{CompanyId{*id}}),
                          .data = std::move(body->data),
                          .time = body->date_updated});
  if (!event) co_return call.failed(event.error());
  co_return co_await write(call, *std::move(event), CompanyId{*id});
}

asio::awaitable<HttpResponse> remove(WriteCall& call) {
  const auto id = id_parameter(call.context());
  if (!id) co_return call.failed(id.error());
  const Subject subject = CompanyId{*id};
  const auto repeat = call.is_repeat(subject);
  if (!repeat) co_return call.failed(repeat.error());
  const auto state = live_company(*call.view(), CompanyId{*id});
  if (!state && !*repeat) co_return call.failed(state.error());
  auto event = call.make({.type = "company.deleted", .subject = to_string(subject), .data = "{}"});
  if (!event) co_return call.failed(event.error());
  const auto result = co_await call.write(*std::move(event));
  if (!result) co_return call.failed(result.error());
  co_return data_response("{\"deleted\":1}");
}

}  // namespace

void add_company_routes(Router& router, ApiServices& services) {
  const auto add = [&](HttpMethod method, const char* pattern, const char* scope, Handler handler) {
    router.add({.method = method, .pattern = pattern, .scope = scope, .handler = std::move(handler)});
  };
  const auto add_write = [&](HttpMethod method, const char* pattern, const char* scope, WriteHandler handler) {
    const WriteRules rules{.failed = compatible_problem, .versioned = true};
    add(method, pattern, scope, writing(services, rules, std::move(handler)));
  };
  const char* one = "/api/v1/crm/objects/company/{id}";
  const char* all = "/api/v1/crm/objects/company";
  add(HttpMethod::get, all, "company:read", [&services](RequestContext& c) { return list(c, services); });
  add(HttpMethod::get, one, "company:read", [&services](RequestContext& c) { return retrieve(c, services); });
  add_write(HttpMethod::post, all, "company:write", [](WriteCall& call) { return create(call); });
  add_write(HttpMethod::put, one, "company:write", [](WriteCall& call) { return update(call); });
  add_write(HttpMethod::delete_, one, "company:delete", [](WriteCall& call) { return remove(call); });
}

}  // namespace rapport
