// /api/v1/crm/objects/company: companies, each write one event of the company's own stream. A deleted company's
// contacts and cases stay.
#include <boost/json.hpp>

#include "engine/http/api/company_answer.h"
#include "engine/http/api/publish_wait.h"
#include "engine/http/api/read_position.h"
#include "engine/http/api/request_values.h"

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
  boost::system::error_code malformed;
  json::value value = json::parse(body, malformed);
  if (malformed || !value.is_object()) return Error{Errc::invalid_json, "is not a JSON object", "body"};
  json::object& members = value.get_object();
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
  const auto shape = company_shape_of(context.request());
  if (!shape) co_return compatible_problem(context, shape.error());
  const auto view = co_await view_for(context, services);
  if (!view) co_return compatible_problem(context, view.error());
  co_return company_response(context, services, **view, CompanyId{*id}, *shape);
}

struct CompanyPage {
  std::vector<ListedCompany> companies;
  std::size_t count = 0;  // on all pages
};

Result<CompanyPage> read_page(const View& view, const CompanyWhere& where, const NumberedPage& page) {
  CompanyPage out;
  for (CompanyId after{0};;) {
    auto some = list_companies(view, after, kWalkedAtOnce);
    if (!some) return some.error();
    if (some->empty()) return out;
    after = some->back().id;
    for (ListedCompany& company : *some) {
      if (where.matches(company.id, company.state) && page.shows(out.count++)) {
        out.companies.push_back(std::move(company));
      }
    }
  }
}

asio::awaitable<HttpResponse> list(RequestContext& context, ApiServices& services) {
  const HttpRequest& request = context.request();
  const auto shape = company_shape_of(request);
  if (!shape) co_return compatible_problem(context, shape.error());
  const auto page = numbered_page_of(request);
  if (!page) co_return compatible_problem(context, page.error());
  const auto where = CompanyWhere::parse(request);
  if (!where) co_return compatible_problem(context, where.error());
  const auto view = co_await view_for(context, services);
  if (!view) co_return compatible_problem(context, view.error());
  const auto found = read_page(**view, *where, *page);
  if (!found) co_return compatible_problem(context, found.error());
  const auto items = company_items(**view, found->companies, *shape, Sight(context.principal(), (*view)->control()));
  if (!items) co_return compatible_problem(context, items.error());
  HttpResponse response = numbered_page_response(*page, found->count, *items);
  set_position(response, services, (*view)->positions());
  co_return response;
}

// Publishes the event, and answers with the company as it then stands, fields included.
asio::awaitable<HttpResponse> write(RequestContext& context, ApiServices& services, CompanyId id,
                                    RequestedEvent wanted) {
  const auto if_match = if_match_of(context.request());
  if (!if_match) co_return compatible_problem(context, if_match.error());
  if (*if_match) wanted.expected_version = **if_match;
  wanted.subject = to_string(Subject{id});
  const auto result = co_await async_write(context, services, std::move(wanted));
  if (!result) co_return compatible_problem(context, result.error());
  if (result->status == PublishStatus::durable) {
    const Error late{Errc::wait_timeout, "the change is in the log and was not folded in time"};
    co_return compatible_problem(context, late);
  }
  const CompanyShape shape{{}, {"fields"}};
  const auto view = services.folder.view();
  HttpResponse response = company_response(context, services, *view, id, shape);
  Positions positions;
  advance(positions, *result->position);
  set_position(response, services, positions);
  co_return response;
}

asio::awaitable<HttpResponse> create(RequestContext& context, ApiServices& services) {
  auto body = parse_company(context.request().body, true);
  if (!body) co_return compatible_problem(context, body.error());
  RequestedEvent wanted{.type = "company.created", .subject = "company/1", .data = std::move(body->data)};
  wanted.time = body->date_created ? body->date_created : body->date_updated;
  // What is wrong with it costs no id.
  if (const auto checked = make_requested_event(wanted, "check"); !checked) {
    co_return compatible_problem(context, checked.error());
  }
  const auto id = co_await async_allocate_id(services, IdKind::company);
  if (!id) co_return compatible_problem(context, id.error());
  co_return co_await write(context, services, CompanyId{*id}, std::move(wanted));
}

asio::awaitable<HttpResponse> update(RequestContext& context, ApiServices& services) {
  const auto id = id_parameter(context);
  if (!id) co_return compatible_problem(context, id.error());
  const auto state = live_company(*services.folder.view(), CompanyId{*id});
  if (!state) co_return compatible_problem(context, state.error());
  auto body = parse_company(context.request().body, false);
  if (!body) co_return compatible_problem(context, body.error());
  RequestedEvent wanted{.type = "company.changed", .subject = {}, .data = std::move(body->data)};
  wanted.time = body->date_updated;
  co_return co_await write(context, services, CompanyId{*id}, std::move(wanted));
}

asio::awaitable<HttpResponse> remove(RequestContext& context, ApiServices& services) {
  const auto id = id_parameter(context);
  if (!id) co_return compatible_problem(context, id.error());
  const auto state = live_company(*services.folder.view(), CompanyId{*id});
  if (!state) co_return compatible_problem(context, state.error());
  RequestedEvent wanted{.type = "company.deleted", .subject = to_string(Subject{CompanyId{*id}}), .data = "{}"};
  const auto result = co_await async_write(context, services, std::move(wanted));
  if (!result) co_return compatible_problem(context, result.error());
  HttpResponse response = data_response("{\"deleted\":1}");
  Positions positions;
  advance(positions, *result->position);
  set_position(response, services, positions);
  co_return response;
}

}  // namespace

void add_company_routes(Router& router, ApiServices& services) {
  const auto add = [&](HttpMethod method, const char* pattern, const char* scope, Handler handler) {
    router.add({.method = method, .pattern = pattern, .scope = scope, .handler = std::move(handler)});
  };
  const char* one = "/api/v1/crm/objects/company/{id}";
  const char* all = "/api/v1/crm/objects/company";
  add(HttpMethod::get, all, "company:read", [&services](RequestContext& c) { return list(c, services); });
  add(HttpMethod::get, one, "company:read", [&services](RequestContext& c) { return retrieve(c, services); });
  add(HttpMethod::post, all, "company:write", [&services](RequestContext& c) { return create(c, services); });
  add(HttpMethod::put, one, "company:write", [&services](RequestContext& c) { return update(c, services); });
  add(HttpMethod::delete_, one, "company:delete", [&services](RequestContext& c) { return remove(c, services); });
}

}  // namespace rapport
