// Who makes a request: another member of the group, for whom it says; or the key in its Authorization, or else the
// session in its cookie.
//
// Invariants: a cookie, which a browser sends by itself, is good for reads alone: no page of another site can make a
// browser write with it.
#pragma once

#include <optional>
#include <string_view>

#include "engine/auth/key_ring.h"
#include "engine/group/group.h"
#include "engine/http/router.h"

namespace rapport {

inline constexpr std::string_view kSessionCookie = "rapport-session";

// The cookie's value, of "a=1; rapport-session=...".
std::optional<std::string_view> session_cookie(const HttpRequest& request);

// What HttpServerOptions::authorize asks; `group` may be null. Errors: unauthorized, forbidden, a rate_error.
[[nodiscard]] Result<Principal> request_access(const KeyRing& keys, const Group* group, const HttpRequest& request,
                                               const Route& route);

}  // namespace rapport
