#include "engine/http/api/request_access.h"

#include "engine/http/api/member_request.h"

namespace rapport {

std::optional<std::string_view> session_cookie(const HttpRequest& request) {
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    const auto field = request.headers[i];
    if (field.name.size() != 6 || !HttpHeaders({{field.name, ""}}).find("Cookie")) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const auto end = std::min(rest.find(';'), rest.size());
      std::string_view pair = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      while (pair.starts_with(' ')) pair.remove_prefix(1);
      if (pair.starts_with(kSessionCookie) && pair.substr(kSessionCookie.size()).starts_with('=')) {
        return pair.substr(kSessionCookie.size() + 1);
      }
    }
  }
  return std::nullopt;
}

Result<Principal> request_access(const KeyRing& keys, const Group* group, const HttpRequest& request,
                                 const Route& route) {
  if (group != nullptr && is_of_member(request)) {
    auto principal = member_access(*group, request);
    if (!principal) return keys.turned_away(principal.error(), request.peer);
    return principal;
  }
  const auto scope = route.any_key ? std::nullopt : std::optional<std::string_view>(route.scope);
  const auto authorization = request.headers.find("Authorization");
  const auto session = authorization ? std::nullopt : session_cookie(request);
  if (!session) return keys.authorize(authorization, scope, request.peer);
  if (route.method != HttpMethod::get) {
    return Error{Errc::unauthorized, "a session reads only: send the key as Authorization: Bearer rk_..."};
  }
  return keys.authorize_session(*session, scope, request.peer);
}

}  // namespace rapport
