// /api/v1/crm/objects/object-field: the declared attributes of contacts, companies and cases. Values are checked
// against them where events enter; values written before a declaration stand.
#include <algorithm>

#include "engine/http/api/attribute_body.h"
#include "engine/http/api/compatible_answer.h"
#include "engine/http/api/read_position.h"
#include "engine/http/api/request_values.h"
#include "engine/http/api/sight.h"
#include "engine/http/api/write_call.h"
#include "engine/publish/own_events.h"
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
  const auto known = std::find(kAttributeObjectNames.begin(), kAttributeObjectNames.end(), object.value_or(""));
  if (object && known == kAttributeObjectNames.end()) {
    co_return compatible_problem(context, {Errc::invalid_argument, "is contact, company or case", "object"});
  }
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

Result<void> check_may_be_indexed(const ControlState& control, const AttributeDefined& attribute) {
  const auto is_indexed = [&](const AttributeDefined& one) { return one.indexed && one.object == attribute.object; };
  const auto before = control.attributes.find(attribute.id);
  if (!attribute.indexed || (before != control.attributes.end() && is_indexed(before->second))) return {};
  std::size_t indexed = 0;
  for (const auto& [id, one] : control.attributes) indexed += is_indexed(one) ? 1 : 0;
  if (indexed < kIndexedAttributesMax) return {};
  return Error{Errc::invalid_argument,
               "there are " + std::to_string(indexed) + " indexed attributes already, and at most " +
                   std::to_string(kIndexedAttributesMax) + " may be",
               "indexed"};
}

asio::awaitable<HttpResponse> declare(WriteCall& call, AttributeDefined attribute) {
  const auto view = call.view();
  const AttributeDefined* taken = view->control().attribute(attribute.object, attribute.key);
  if (taken != nullptr && taken->id != attribute.id) {
    co_return call.failed({Errc::duplicate_record, "there is an attribute " + quote(attribute.key), "key"});
  }
  const auto fits = check_may_be_indexed(view->control(), attribute);
  if (!fits) co_return call.failed(fits.error());
  const auto& all = view->control().attributes;
  const auto before = all.find(attribute.id);
  const auto may = Sight(call.context().principal(), view->control())
                       .check_declares(attribute, before == all.end() ? nullptr : &before->second, "config");
  if (!may) co_return call.failed(may.error());
  const auto declared = co_await call.declare(own_event(EventType::attribute_defined, ControlSubject{}, attribute));
  if (!declared) co_return call.failed(declared.error());
  co_return attribute_response(call.services(), attribute, view->positions());
}

asio::awaitable<HttpResponse> create(WriteCall& call) {
  // What is wrong with it costs no id.
  auto attribute = parse_attribute(call.request().body, AttributeDefined{.id = 1});
  if (!attribute) co_return call.failed(attribute.error());
  const auto id = co_await call.fresh_id(IdKind::attribute);
  if (!id) co_return call.failed(id.error());
  attribute->id = *id;
  co_return co_await declare(call, *std::move(attribute));
}

asio::awaitable<HttpResponse> update(WriteCall& call) {
  const auto id = id_parameter(call.context());
  if (!id) co_return call.failed(id.error());
  const auto old = attribute_of(*call.view(), *id);
  if (!old) co_return call.failed(old.error());
  auto attribute = parse_attribute(call.request().body, *old);
  if (!attribute) co_return call.failed(attribute.error());
  co_return co_await declare(call, *std::move(attribute));
}

asio::awaitable<HttpResponse> remove(WriteCall& call) {
  const auto id = id_parameter(call.context());
  if (!id) co_return call.failed(id.error());
  const auto repeat = call.is_repeat(ControlSubject{});
  if (!repeat) co_return call.failed(repeat.error());
  const auto attribute = attribute_of(*call.view(), *id);
  if (!attribute && !*repeat) co_return call.failed(attribute.error());
  const auto deleted =
      co_await call.declare(own_event(EventType::attribute_deleted, ControlSubject{}, AttributeDeleted{*id}));
  if (!deleted) co_return call.failed(deleted.error());
  co_return data_response("{\"deleted\":1}");
}

}  // namespace

void add_attribute_routes(Router& router, ApiServices& services) {
  const auto add = [&](HttpMethod method, const char* pattern, const char* scope, Handler handler) {
    router.add({.method = method, .pattern = pattern, .scope = scope, .handler = std::move(handler)});
  };
  const auto add_write = [&](HttpMethod method, const char* pattern, const char* scope, WriteHandler handler) {
    add(method, pattern, scope, writing(services, {.failed = compatible_problem}, std::move(handler)));
  };
  const char* one = "/api/v1/crm/objects/object-field/{id}";
  const char* all = "/api/v1/crm/objects/object-field";
  add(HttpMethod::get, all, "attribute:read", [&services](RequestContext& c) { return list(c, services); });
  add(HttpMethod::get, one, "attribute:read", [&services](RequestContext& c) { return retrieve(c, services); });
  add_write(HttpMethod::post, all, "attribute:write", [](WriteCall& call) { return create(call); });
  add_write(HttpMethod::put, one, "attribute:write", [](WriteCall& call) { return update(call); });
  add_write(HttpMethod::delete_, one, "attribute:delete", [](WriteCall& call) { return remove(call); });
}

}  // namespace rapport
