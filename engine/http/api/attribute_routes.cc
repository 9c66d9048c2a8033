// /api/v1/crm/objects/object-field: the declared attributes of contacts, companies and cases. Values are checked
// against them where events enter; values written before a declaration stand.
#include "engine/http/api/attribute_body.h"
#include "engine/http/api/compatible_answer.h"
#include "engine/http/api/control_write.h"
#include "engine/http/api/publish_wait.h"
#include "engine/http/api/read_position.h"
#include "engine/http/api/request_values.h"
#include "events/text.h"

namespace rapport {
namespace {

HttpResponse attribute_response(const ApiServices& services, const AttributeDefined& attribute,
                                const Positions& positions) {
  std::string body;
  JsonWriter json(body);
  write_attribute(json, attribute);
  HttpResponse response = data_response(body);
  set_position(response, services, positions);
  return response;
}

asio::awaitable<HttpResponse> list(RequestContext& context, ApiServices& services) {
  const HttpRequest& request = context.request();
  const auto page = numbered_page_of(request);
  if (!page) co_return compatible_problem(context, page.error());
  const auto view = co_await view_for(context, services);
  if (!view) co_return compatible_problem(context, view.error());
  const auto object = request.query.find("object");
  std::string items;
  std::size_t count = 0;
  for (const auto& [id, attribute] : (*view)->control().attributes) {
    if (object && kAttributeObjectNames[static_cast<std::size_t>(attribute.object)] != *object) continue;
    if (page->shows(count++)) {
      if (!items.empty()) items += ',';
      JsonWriter json(items);
      write_attribute(json, attribute);
    }
  }
  HttpResponse response = numbered_page_response(*page, count, items);
  set_position(response, services, (*view)->positions());
  co_return response;
}

Result<AttributeDefined> attribute_of(const View& view, std::uint64_t id) {
  const auto found = view.control().attributes.find(id);
  if (found == view.control().attributes.end()) {
    return Error{Errc::not_found, "there is no custom attribute " + std::to_string(id)};
  }
  return found->second;
}

asio::awaitable<HttpResponse> retrieve(RequestContext& context, ApiServices& services) {
  const auto id = id_parameter(context);
  if (!id) co_return compatible_problem(context, id.error());
  const auto view = co_await view_for(context, services);
  if (!view) co_return compatible_problem(context, view.error());
  const auto attribute = attribute_of(**view, *id);
  if (!attribute) co_return compatible_problem(context, attribute.error());
  co_return attribute_response(services, *attribute, (*view)->positions());
}

asio::awaitable<HttpResponse> declare(RequestContext& context, ApiServices& services, AttributeDefined attribute) {
  const auto view = services.folder.view();
  const AttributeDefined* taken = view->control().attribute(attribute.object, attribute.key);
  if (taken != nullptr && taken->id != attribute.id) {
    co_return compatible_problem(context,
                                 {Errc::duplicate_record, "there is an attribute " + quote(attribute.key), "key"});
  }
  const auto declared = co_await async_declare(context, services, EventType::attribute_defined, attribute);
  if (!declared) co_return compatible_problem(context, declared.error());
  co_return attribute_response(services, attribute, declared->positions);
}

asio::awaitable<HttpResponse> create(RequestContext& context, ApiServices& services) {
  // What is wrong with it costs no id.
  auto attribute = parse_attribute(context.request().body, AttributeDefined{.id = 1});
  if (!attribute) co_return compatible_problem(context, attribute.error());
  const auto id = co_await async_allocate_id(services, IdKind::attribute);
  if (!id) co_return compatible_problem(context, id.error());
  attribute->id = *id;
  co_return co_await declare(context, services, *std::move(attribute));
}

asio::awaitable<HttpResponse> update(RequestContext& context, ApiServices& services) {
  const auto id = id_parameter(context);
  if (!id) co_return compatible_problem(context, id.error());
  const auto old = attribute_of(*services.folder.view(), *id);
  if (!old) co_return compatible_problem(context, old.error());
  auto attribute = parse_attribute(context.request().body, *old);
  if (!attribute) co_return compatible_problem(context, attribute.error());
  co_return co_await declare(context, services, *std::move(attribute));
}

asio::awaitable<HttpResponse> remove(RequestContext& context, ApiServices& services) {
  const auto id = id_parameter(context);
  if (!id) co_return compatible_problem(context, id.error());
  const auto attribute = attribute_of(*services.folder.view(), *id);
  if (!attribute) co_return compatible_problem(context, attribute.error());
  const auto deleted = co_await async_declare(context, services, EventType::attribute_deleted, AttributeDeleted{*id});
  if (!deleted) co_return compatible_problem(context, deleted.error());
  HttpResponse response = data_response("{\"deleted\":1}");
  set_position(response, services, deleted->positions);
  co_return response;
}

}  // namespace

void add_attribute_routes(Router& router, ApiServices& services) {
  const auto add = [&](HttpMethod method, const char* pattern, const char* scope, Handler handler) {
    router.add({.method = method, .pattern = pattern, .scope = scope, .handler = std::move(handler)});
  };
  const char* one = "/api/v1/crm/objects/object-field/{id}";
  const char* all = "/api/v1/crm/objects/object-field";
  add(HttpMethod::get, all, "attribute:read", [&services](RequestContext& c) { return list(c, services); });
  add(HttpMethod::get, one, "attribute:read", [&services](RequestContext& c) { return retrieve(c, services); });
  add(HttpMethod::post, all, "attribute:write", [&services](RequestContext& c) { return create(c, services); });
  add(HttpMethod::put, one, "attribute:write", [&services](RequestContext& c) { return update(c, services); });
  add(HttpMethod::delete_, one, "attribute:delete", [&services](RequestContext& c) { return remove(c, services); });
}

}  // namespace rapport
