// /v1/keys: made, listed and revoked. A secret is in the answer to its making and nowhere else.
#include <boost/json.hpp>

#include "engine/auth/page_scope.h"
#include "engine/http/api/body_object.h"
#include "engine/http/api/read_position.h"
#include "engine/http/api/write_call.h"
#include "events/json_writer.h"

namespace rapport {
namespace {

namespace json = boost::json;

// What the member `name` of a new key adds to its scopes, which a page's key has in words of its own.
Result<void> add_scopes(NewKey& key, std::string_view name, const json::array& listed) {
  for (const json::value& one : listed) {
    if (!one.is_string()) return Error{Errc::invalid_argument, "is not a list of strings", std::string(name)};
    const std::string_view text = one.get_string();
    if (name == "scopes" && is_page_scope(text)) {
      return Error{Errc::invalid_argument, "of a page's key say origins and fields", "scopes"};
    }
    key.scopes.push_back(name == "origins"  ? page_scope(text)
                         : name == "fields" ? page_field_scope(text)
                                            : std::string(text));
  }
  return {};
}

// {"name":"web","scopes":["event:write"],"expires":"2027-01-01T00:00:00Z"}, and of a page
// {"name":"shop","origins":["https://shop.example"],"fields":["email"]}
Result<NewKey> parse_new_key(const std::string& body) {
  const auto object = body_object(body);
  RAPPORT_TRY(object);
  if (object->contains("scopes") && (object->contains("origins") || object->contains("fields"))) {
    return Error{Errc::invalid_argument, "a page's key has none beside its origins and fields", "scopes"};
  }
  NewKey key;
  for (const auto& [name, member] : *object) {
    if (name == "name" && member.is_string()) {
      key.name = std::string(member.get_string());
    } else if ((name == "scopes" || name == "origins" || name == "fields") && member.is_array()) {
      RAPPORT_TRY(add_scopes(key, name, member.get_array()));
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

void write_texts(JsonWriter& out, std::string_view name, std::span<const std::string> texts) {
  out.key(name).begin_array();
  for (const std::string& text : texts) out.string(text);
  out.end_array();
}

void write_key(JsonWriter& out, const ApiKey& key, std::optional<Timestamp> last_used) {
  out.begin_object();
  out.key("id").string(key.created.id).key("name").string(key.created.name);
  write_texts(out, "scopes", key.created.scopes);
  write_texts(out, "origins", page_origins(key.created.scopes));
  write_texts(out, "fields", page_fields(key.created.scopes));
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

asio::awaitable<HttpResponse> create(WriteCall& call) {
  const auto wanted = parse_new_key(call.request().body);
  if (!wanted) co_return call.failed(wanted.error());
  auto drawn = call.services().keys.draw(*wanted, call.context().principal().key_id);
  if (!drawn) co_return call.failed(drawn.error());
  const auto made = co_await call.declare(std::move(drawn->created));
  if (!made) co_return call.failed(made.error());
  if (made->status == PublishStatus::repeated) {
    co_return call.failed({Errc::duplicate_record,
                           "the first request made a key whose secret is told no second time: "
                           "revoke it, and make another under a new Idempotency-Key"});
  }
  std::string body;
  JsonWriter out(body);
  out.begin_object().key("id").string(drawn->text.id).key("name").string(wanted->name);
  out.key("key");
  call.is_dry() ? out.null() : out.string(drawn->text.text());
  out.end_object();
  co_return HttpResponse::json(std::move(body), 201);
}

asio::awaitable<HttpResponse> revoke(WriteCall& call) {
  auto event = call.services().keys.revocation(std::string(call.context().parameter("id")));
  if (!event) co_return call.failed(event.error());
  const auto revoked = co_await call.declare(*std::move(event));
  if (!revoked) co_return call.failed(revoked.error());
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
              .handler = writing(services, {}, [](WriteCall& call) { return create(call); })});
  router.add({.method = HttpMethod::delete_,
              .pattern = "/v1/keys/{id}",
              .scope = "key:write",
              .handler = writing(services, {}, [](WriteCall& call) { return revoke(call); })});
}

}  // namespace rapport
