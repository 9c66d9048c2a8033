// /v1/keys: made, listed and revoked. A secret is in the answer to its making and nowhere else.
#include <boost/json.hpp>

#include "engine/http/api/api_services.h"
#include "engine/http/api/read_position.h"
#include "engine/http/async_callback.h"
#include "engine/http/problem.h"
#include "events/json_writer.h"

namespace rapport {
namespace {

namespace json = boost::json;

HttpResponse failed(RequestContext& context, const Error& error) {
  return problem_response(error, context.request().request_id);
}

// {"name":"web","scopes":["event:write"],"expires":"2027-01-01T00:00:00Z"}
Result<NewKey> parse_new_key(const std::string& body) {
  boost::system::error_code malformed;
  const json::value value = json::parse(body, malformed);
  if (malformed || !value.is_object()) return Error{Errc::invalid_json, "is not a JSON object", "body"};
  NewKey key;
  for (const auto& [name, member] : value.get_object()) {
    if (name == "name" && member.is_string()) {
      key.name = member.get_string().c_str();
    } else if (name == "scopes" && member.is_array()) {
      for (const json::value& scope : member.get_array()) {
        if (!scope.is_string()) return Error{Errc::invalid_argument, "is not a list of strings", "scopes"};
        key.scopes.emplace_back(scope.get_string().c_str());
      }
    } else if (name == "expires" && member.is_string()) {
      const auto time = parse_timestamp(std::string_view(member.get_string().data(), member.get_string().size()));
      if (!time) return Error{Errc::invalid_argument, time.error().detail, "expires"};
      key.expires = *time;
    } else {
      return Error{Errc::invalid_argument, "is not a member of a key, or of the wrong type", std::string(name)};
    }
  }
  return key;
}

void write_key(JsonWriter& out, const ApiKey& key, std::optional<Timestamp> last_used) {
  out.begin_object();
  out.key("id").string(key.created.id).key("name").string(key.created.name);
  out.key("scopes").begin_array();
  for (const std::string& scope : key.created.scopes) out.string(scope);
  out.end_array();
  out.key("created").time(key.created_at);
  out.key("expires").time_or_null(key.created.expires);
  out.key("revoked").time_or_null(key.revoked_at);
  out.key("lastUsed").time_or_null(last_used);
  out.end_object();
}

asio::awaitable<HttpResponse> list(RequestContext& context, ApiServices& services) {
  const auto view = co_await view_for(context, services);
  if (!view) co_return failed(context, view.error());
  std::string body;
  JsonWriter out(body);
  out.begin_object().key("items").begin_array();
  for (const auto& [id, key] : (*view)->control().keys) write_key(out, key, services.keys.last_used(id));
  out.end_array().end_object();
  HttpResponse response = HttpResponse::json(std::move(body));
  set_position(response, services, (*view)->positions());
  co_return response;
}

asio::awaitable<HttpResponse> create(RequestContext& context, ApiServices& services) {
  const auto wanted = parse_new_key(context.request().body);
  if (!wanted) co_return failed(context, wanted.error());
  const auto initiate = [&](CallbackDone<ApiKeyText> done) {
    services.keys.create(*wanted, context.principal().key_id,
                         [done](Result<ApiKeyText> made) { done(std::move(made)); });
  };
  const auto made = co_await async_from_callback<ApiKeyText>(initiate);
  if (!made) co_return failed(context, made.error());
  std::string body;
  JsonWriter out(body);
  out.begin_object().key("id").string(made->id).key("name").string(wanted->name).key("key").string(made->text());
  out.end_object();
  co_return HttpResponse::json(std::move(body), 201);
}

asio::awaitable<HttpResponse> revoke(RequestContext& context, ApiServices& services) {
  const std::string id(context.parameter("id"));
  const auto initiate = [&](CallbackDone<std::monostate> done) {
    services.keys.revoke(id, context.principal().key_id, [done](Result<void> revoked) {
      done(revoked ? Result<std::monostate>(std::monostate()) : Result<std::monostate>(revoked.error()));
    });
  };
  const auto revoked = co_await async_from_callback<std::monostate>(initiate);
  if (!revoked) co_return failed(context, revoked.error());
  co_return HttpResponse::empty();
}

}  // namespace

void add_key_routes(Router& router, ApiServices& services) {
  router.add({.method = HttpMethod::get,
              .pattern = "/v1/keys",
              .scope = "key:read",
              .handler = [&services](RequestContext& c) { return list(c, services); }});
  router.add({.method = HttpMethod::post,
              .pattern = "/v1/keys",
              .scope = "key:write",
              .handler = [&services](RequestContext& c) { return create(c, services); }});
  router.add({.method = HttpMethod::delete_,
              .pattern = "/v1/keys/{id}",
              .scope = "key:write",
              .handler = [&services](RequestContext& c) { return revoke(c, services); }});
}

}  // namespace rapport
