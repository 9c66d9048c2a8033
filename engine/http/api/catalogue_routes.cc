// /v1/tags, /v1/attributes and /v1/companies, to be read: what a program offers for picking. They are written by the
// compatible API's calls, and companies by events, too.
#include "engine/http/api/api_problem.h"
#include "engine/http/api/company_source.h"
#include "engine/http/api/group_rows.h"
#include "engine/http/api/read_position.h"
#include "engine/http/api/request_values.h"
#include "engine/publish/own_events.h"
#include "projections/contact_reader.h"
#include "projections/store/big_endian.h"

namespace rapport {
namespace {

constexpr std::size_t kPageDefault = 50;
constexpr std::size_t kPageMax = 500;

HttpResponse answer(const ApiServices& services, const Positions& positions, std::string body) {
  HttpResponse response = HttpResponse::json(std::move(body));
  set_position(response, services, positions);
  return response;
}

asio::awaitable<HttpResponse> list_tags(RequestContext& context, ApiServices& services) {
  const auto view = co_await view_for(context, services);
  if (!view) co_return failed(context, view.error());
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("items").begin_array();
  for (const auto& [id, tag] : (*view)->control().tags) {
    json.begin_object().key("id").number(id).key("name").string(tag.name).key("color").string_or_null(tag.color);
    json.key("types").begin_array();
    for (const std::string& type : tag.types) json.string(type);
    json.end_array().end_object();
  }
  json.end_array().end_object();
  co_return answer(services, (*view)->positions(), std::move(body));
}

asio::awaitable<HttpResponse> list_attributes(RequestContext& context, ApiServices& services) {
  const auto view = co_await view_for(context, services);
  if (!view) co_return failed(context, view.error());
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("items").begin_array();
  for (const auto& [id, attribute] : (*view)->control().attributes) {
    json.begin_object().key("id").number(id);
    json.key("object").string(kAttributeObjectNames[static_cast<std::size_t>(attribute.object)]);
    json.key("key").string(attribute.key);
    json.key("type").string(kAttributeTypeNames[static_cast<std::size_t>(attribute.type)]);
    json.key("label").string_or_null(attribute.label);
    json.key("options").begin_array();
    for (const std::string& option : attribute.options) json.string(option);
    json.end_array();
    json.key("required").boolean(attribute.required).key("indexed").boolean(attribute.indexed);
    json.end_object();
  }
  json.end_array().end_object();
  co_return answer(services, (*view)->positions(), std::move(body));
}

void write_company(JsonWriter& json, CompanyId id, const CompanyState& state) {
  json.begin_object().key("id").number(id.value).key("version").number(state.version());
  json.key("dateCreated").time(state.date_created()).key("dateUpdated").time_or_null(state.updated);
  json.key("fields").begin_object();
  for (const auto& [key, written] : state.fields) {
    if (!is_null(written.value)) json.key(key).raw(written.value);
  }
  json.end_object().end_object();
}

Result<CompanyId> company_behind(const HttpRequest& request) {
  const auto cursor = cursor_of(request);
  if (!cursor) return cursor.error();
  if (!*cursor) return CompanyId{0};
  if ((*cursor)->size() != sizeof(std::uint64_t)) return Error{Errc::invalid_argument, "is of another list", "cursor"};
  return CompanyId{read_big_endian64(**cursor)};
}

std::string place_of(CompanyId id) {
  std::string place;
  append_big_endian64(place, id.value);
  return place;
}

// A member's: rows that it once had of others' partitions are left out.
asio::awaitable<HttpResponse> list_own_companies(RequestContext& context, ApiServices& services, CompanyId after) {
  const auto asked = co_await rows_asked(context, services);
  if (!asked) co_return failed(context, asked.error());
  RowsAnswer answer(*asked);
  for (bool more = true; more && answer.wants_more();) {
    const auto some = list_companies(*asked->view, after, kPageMax);
    if (!some) co_return failed(context, some.error());
    more = some->more;
    for (const ListedCompany& company : some->companies) {
      after = company.id;
      if (!asked->partitions.contains(partition_of(services.log, company.id)) || !answer.wants_more()) continue;
      std::string item;
      JsonWriter json(item);
      write_company(json, company.id, company.state);
      answer.add({place_of(company.id), std::move(item)});
    }
  }
  co_return answer.response(services);
}

asio::awaitable<HttpResponse> list_all_companies(RequestContext& context, ApiServices& services) {
  if (names_companies(context.request())) co_return co_await companies_asked_for(context, services);
  const auto limit = limit_of(context.request(), kPageDefault, kPageMax);
  if (!limit) co_return failed(context, limit.error());
  const auto after = company_behind(context.request());
  if (!after) co_return failed(context, after.error());
  if (asks_owners(services, context.request())) co_return co_await group_page_by_key(context, services, *limit);
  if (services.group != nullptr) co_return co_await list_own_companies(context, services, *after);
  const auto view = co_await view_for(context, services);
  if (!view) co_return failed(context, view.error());
  const auto page = list_companies(**view, *after, *limit);
  if (!page) co_return failed(context, page.error());
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("items").begin_array();
  for (const ListedCompany& company : page->companies) write_company(json, company.id, company.state);
  json.end_array().key("next");
  page->more ? json.string(encode_cursor(place_of(page->companies.back().id))) : json.null();
  json.end_object();
  co_return answer(services, (*view)->positions(), std::move(body));
}

asio::awaitable<HttpResponse> get_company(RequestContext& context, ApiServices& services) {
  const auto id = id_parameter(context);
  if (!id) co_return failed(context, id.error());
  const auto view = co_await view_for(context, services);
  if (!view) co_return failed(context, view.error());
  const auto state = read_company(**view, CompanyId{*id});
  if (!state) co_return failed(context, state.error());
  if (!*state || !(*state)->exists) {
    co_return failed(context, {Errc::not_found, "there is no company " + std::to_string(*id)});
  }
  if ((*state)->deleted_at) {
    const std::string since = "since " + format_timestamp(*(*state)->deleted_at);
    co_return failed(context, {Errc::company_deleted, since});
  }
  std::string body;
  JsonWriter json(body);
  write_company(json, CompanyId{*id}, **state);
  HttpResponse response = answer(services, positions_of_stream(services, **view, CompanyId{*id}), std::move(body));
  response.headers.add("ETag", '"' + std::to_string((*state)->version()) + '"');
  co_return response;
}

}  // namespace

void add_catalogue_routes(Router& router, ApiServices& services) {
  const auto add = [&](const char* pattern, const char* scope, Handler handler) {
    router.add({.method = HttpMethod::get, .pattern = pattern, .scope = scope, .handler = std::move(handler)});
  };
  add("/v1/tags", "tag:read", [&services](RequestContext& c) { return list_tags(c, services); });
  add("/v1/attributes", "attribute:read", [&services](RequestContext& c) { return list_attributes(c, services); });
  add("/v1/companies", "company:read", [&services](RequestContext& c) { return list_all_companies(c, services); });
  add("/v1/companies/{id}", "company:read", [&services](RequestContext& c) { return get_company(c, services); });
}

}  // namespace rapport
