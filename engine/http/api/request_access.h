// Who makes a request: the key in its Authorization, or else the session in its cookie.
//
// Invariants: a cookie, which a browser sends by itself, is good for reads alone: no page of another site can make a
// browser write with it.
#pragma once

#include <optional>
#include <string_view>

#include "engine/auth/key_ring.h"
#include "engine/http/router.h"

namespace rapport {

inline constexpr std::string_view kSessionCookie = "rapport-session";

// The cookie's value, of "a=1; rapport-session=...".
std::optional<std::string_view> session_cookie(const HttpRequest& request);

// What HttpServerOptions::authorize asks. Errors: unauthorized, forbidden, a rate_error.
[[nodiscard]] Result<Principal> request_access(const KeyRing& keys, const HttpRequest& request, const Route& route);

}  // namespace rapport
