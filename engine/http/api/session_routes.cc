// /v1/session: a key becomes a cookie that is good for reads, and the cookie is good for nothing again.
#include "engine/http/api/api_services.h"
#include "engine/http/api/request_access.h"
#include "events/json_writer.h"

namespace rapport {
namespace {

std::string cookie(const HttpRequest& request, std::string_view value, std::chrono::seconds lifetime) {
  std::string out(kSessionCookie);
  out.append("=").append(value).append("; Path=/; HttpOnly; SameSite=Strict; Max-Age=");
  out += std::to_string(lifetime.count());
  // Who ends TLS in front of an engine says so. Whoever else says it makes a cookie of their own stricter.
  if (request.tls || request.headers.find("X-Forwarded-Proto") == "https") out += "; Secure";
  return out;
}

HttpResponse sign_in(RequestContext& context, ApiServices& services) {
  const auto view = services.folder.view();
  const auto key = view->control().keys.find(context.principal().key_id);
  const Timestamp end{now_wall_clock().ms + std::chrono::milliseconds(kSessionLifetime).count()};
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("keyId").string(context.principal().key_id).key("scopes").begin_array();
  if (key != view->control().keys.end()) {
    for (const std::string& scope : key->second.created.scopes) json.string(scope);
  }
  json.end_array().key("expires").time(end).end_object();
  HttpResponse response = HttpResponse::json(std::move(body));
  response.headers.add("Set-Cookie",
                       cookie(context.request(), services.keys.start_session(context.principal()), kSessionLifetime));
  return response;
}

HttpResponse sign_out(RequestContext& context, ApiServices& services) {
  if (const auto session = session_cookie(context.request())) services.keys.end_session(*session);
  HttpResponse response = HttpResponse::empty();
  response.headers.add("Set-Cookie", cookie(context.request(), "", std::chrono::seconds(0)));
  return response;
}

}  // namespace

void add_session_routes(Router& router, ApiServices& services) {
  router.add({.method = HttpMethod::post,
              .pattern = "/v1/session",
              .handler = handler_of([&services](RequestContext& context) { return sign_in(context, services); }),
              .any_key = true});
  router.add({.method = HttpMethod::delete_,
              .pattern = "/v1/session",
              .handler = handler_of([&services](RequestContext& context) { return sign_out(context, services); }),
              .open = true});
}

}  // namespace rapport
