// /api/v1/crm/tag: the tags that contacts and cases may bear, with their colours. A tag that nobody has declared may
// stand on a contact all the same: it then has no id and no colour.
#include <algorithm>
#include <boost/json.hpp>

#include "engine/http/api/body_object.h"
#include "engine/http/api/compatible_answer.h"
#include "engine/http/api/declaration.h"
#include "engine/http/api/read_position.h"
#include "engine/http/api/request_values.h"
#include "engine/http/api/write_call.h"
#include "engine/publish/own_events.h"
#include "events/text.h"

namespace rapport {
namespace {

namespace json = boost::json;

// Who owns a tag and since when it is there, Rapport does not keep.
void write_tag(JsonWriter& out, const TagDefined& tag, const NameSet& select) {
  const auto shows = [&](std::string_view column) { return select.empty() || select.contains(column); };
  out.begin_object();
  out.key("id").number(tag.id);
  if (shows("name")) out.key("name").string(tag.name);
  if (shows("color")) out.key("color").string_or_null(tag.color);
  if (shows("userId")) out.key("userId").null();
  if (shows("type")) {
    out.key("type").begin_array();
    for (const std::string& type : tag.types) out.string(type);
    out.end_array();
  }
  if (shows("dateCreated")) out.key("dateCreated").null();
  out.end_object();
}

HttpResponse tag_response(const ApiServices& services, const TagDefined& tag, const Positions& positions,
                          const NameSet& select = {}) {
  std::string body;
  JsonWriter out(body);
  write_tag(out, tag, select);
  HttpResponse response = data_response(body);
  set_position(response, services, positions);
  return response;
}

// What `order` asks for, {"id":"DESC"} or {"name":"ASC"}.
struct TagOrder {
  bool by_name = false;
  bool descending = false;
};

Result<TagOrder> order_of(const HttpRequest& request) {
  TagOrder out;
  const auto text = request.query.find("order");
  if (!text) return out;
  boost::system::error_code malformed;
  const json::value value = json::parse(*text, malformed);
  const Error bad{Errc::invalid_argument, "is like {\"id\":\"DESC\"} or {\"name\":\"ASC\"}", "order"};
  if (malformed || !value.is_object() || value.get_object().size() != 1) return bad;
  const auto& [column, direction] = *value.get_object().begin();
  if ((column != "id" && column != "name") || (direction != "ASC" && direction != "DESC")) return bad;
  out.by_name = column == "name";
  out.descending = direction == "DESC";
  return out;
}

bool same_but_case(char a, char b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  return lower(a) == lower(b);
}

bool is_found(const TagDefined& tag, std::string_view text) {
  return std::search(tag.name.begin(), tag.name.end(), text.begin(), text.end(), same_but_case) != tag.name.end() ||
         text.empty();
}

asio::awaitable<HttpResponse> list(RequestContext& context, ApiServices& services) {
  const HttpRequest& request = context.request();
  const auto order = order_of(request);
  if (!order) co_return compatible_problem(context, order.error());
  const auto view = co_await view_for(context, services);
  if (!view) co_return compatible_problem(context, view.error());
  std::vector<const TagDefined*> tags;
  for (const auto& [id, tag] : (*view)->control().tags) {
    if (is_found(tag, request.query.find("search").value_or(""))) tags.push_back(&tag);
  }
  if (order->by_name) {
    std::sort(tags.begin(), tags.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
  }
  if (order->descending) std::reverse(tags.begin(), tags.end());
  const NameSet select = names_of(request, "select");
  std::string body;
  JsonWriter out(body);
  out.begin_object().key("count").number(std::uint64_t{tags.size()}).key("data").begin_array();
  for (const TagDefined* tag : tags) write_tag(out, *tag, select);
  out.end_array().end_object();
  HttpResponse response = data_response(body);
  set_position(response, services, (*view)->positions());
  co_return response;
}

Result<TagDefined> tag_of(const View& view, std::uint64_t id) {
  const auto found = view.control().tags.find(id);
  if (found == view.control().tags.end()) return Error{Errc::not_found, "there is no tag " + std::to_string(id)};
  return found->second;
}

asio::awaitable<HttpResponse> retrieve(RequestContext& context, ApiServices& services) {
  const auto id = id_parameter(context);
  if (!id) co_return compatible_problem(context, id.error());
  const auto view = co_await view_for(context, services);
  if (!view) co_return compatible_problem(context, view.error());
  const auto tag = tag_of(**view, *id);
  if (!tag) co_return compatible_problem(context, tag.error());
  co_return tag_response(services, *tag, (*view)->positions(), names_of(context.request(), "select"));
}

// The body's members over those of `tag`. Errors: invalid_json, invalid_argument, and the decoder's.
Result<TagDefined> changed_tag(const std::string& body, const TagDefined& tag) {
  const auto object = body_object(body);
  RAPPORT_TRY(object);
  json::object data{{"id", tag.id}, {"type", json::value_from(tag.types)}};
  if (!tag.name.empty()) data["name"] = tag.name;
  if (tag.color) data["color"] = *tag.color;
  for (const auto& [name, member] : *object) {
    if (name == "userId") continue;  // whose it is, the key says
    if (name != "name" && name != "color" && name != "type") {
      return Error{Errc::invalid_argument, "is not a member of a tag", std::string(name)};
    }
    data[name] = member;
    if (name == "color" && member.is_null()) data.erase(name);
  }
  auto payload = declaration_of(EventType::tag_defined, json::serialize(data));
  if (!payload) return payload.error();
  TagDefined out = std::get<TagDefined>(*std::move(payload));
  for (const std::string& type : out.types) {
    if (type != "contact" && type != "case") {
      return Error{Errc::invalid_argument, quote(type) + " is neither contact nor case", "type"};
    }
  }
  return out;
}

asio::awaitable<HttpResponse> declare(WriteCall& call, TagDefined tag) {
  const auto view = call.view();
  const auto& names = view->control().tag_by_name;
  if (const auto taken = names.find(tag.name); taken != names.end() && taken->second != tag.id) {
    co_return call.failed({Errc::duplicate_record, "there is a tag " + quote(tag.name), "name"});
  }
  const auto declared = co_await call.declare(own_event(EventType::tag_defined, ControlSubject{}, tag));
  if (!declared) co_return call.failed(declared.error());
  co_return tag_response(call.services(), tag, view->positions());
}

asio::awaitable<HttpResponse> create(WriteCall& call) {
  // What is wrong with it costs no id.
  auto tag = changed_tag(call.request().body, TagDefined{.id = 1});
  if (!tag) co_return call.failed(tag.error());
  const auto id = co_await call.fresh_id(IdKind::tag);
  if (!id) co_return call.failed(id.error());
  tag->id = *id;
  co_return co_await declare(call, *std::move(tag));
}

asio::awaitable<HttpResponse> update(WriteCall& call) {
  const auto id = id_parameter(call.context());
  if (!id) co_return call.failed(id.error());
  const auto tag = tag_of(*call.view(), *id);
  if (!tag) co_return call.failed(tag.error());
  auto changed = changed_tag(call.request().body, *tag);
  if (!changed) co_return call.failed(changed.error());
  co_return co_await declare(call, *std::move(changed));
}

asio::awaitable<HttpResponse> remove(WriteCall& call, Result<std::uint64_t> id) {
  if (!id) co_return call.failed(id.error());
  const auto repeat = call.is_repeat(ControlSubject{});
  if (!repeat) co_return call.failed(repeat.error());
  if (const auto tag = tag_of(*call.view(), *id); !tag && !*repeat) co_return call.failed(tag.error());
  const auto deleted = co_await call.declare(own_event(EventType::tag_deleted, ControlSubject{}, TagDeleted{*id}));
  if (!deleted) co_return call.failed(deleted.error());
  co_return data_response("{\"deleted\":1}");
}

Result<std::uint64_t> id_of_query(const HttpRequest& request) {
  const auto text = request.query.find("id");
  if (!text) return Error{Errc::invalid_argument, "is missing", "id"};
  const auto id = parse_id(*text);
  if (!id) return Error{Errc::invalid_argument, id.error().detail, "id"};
  return *id;
}

}  // namespace

void add_tag_routes(Router& router, ApiServices& services) {
  const auto add = [&](HttpMethod method, const char* pattern, const char* scope, Handler handler) {
    router.add({.method = method, .pattern = pattern, .scope = scope, .handler = std::move(handler)});
  };
  const auto add_write = [&](HttpMethod method, const char* pattern, const char* scope, WriteHandler handler) {
    add(method, pattern, scope, writing(services, {.failed = compatible_problem}, std::move(handler)));
  };
  const char* one = "/api/v1/crm/tag/{id}";
  const char* all = "/api/v1/crm/tag";
  add(HttpMethod::get, all, "tag:read", [&services](RequestContext& c) { return list(c, services); });
  add(HttpMethod::get, one, "tag:read", [&services](RequestContext& c) { return retrieve(c, services); });
  add_write(HttpMethod::post, all, "tag:write", [](WriteCall& call) { return create(call); });
  add_write(HttpMethod::put, one, "tag:write", [](WriteCall& call) { return update(call); });
  add_write(HttpMethod::delete_, one, "tag:delete",
            [](WriteCall& call) { return remove(call, id_parameter(call.context())); });
  add_write(HttpMethod::delete_, all, "tag:delete",
            [](WriteCall& call) { return remove(call, id_of_query(call.request())); });
}

}  // namespace rapport
