// Rebuilds where instances of a group have the rows: each folds anew what it has, and tells of its own.
//
//   {"items":[a rebuild's status with "member":"crm-1:8080"],
//    "members":[{"member":"crm-1:8080","problem":null,"kept":[3]}]}
//
// Invariants: every member that was to be asked is named, with what it answered instead where it has not done what was
// asked. The number of a rebuild is its member's own, so who steers one names the member: ?member=HOST:PORT.
#pragma once

#include <string>

#include "engine/http/api/api_services.h"

namespace rapport {

inline constexpr std::string_view kMemberParameter = "member";

// Whether the request is one to all members: this is one of a group, a client asks, and names none.
bool asks_all_members(const ApiServices& services, const HttpRequest& request);

// The member that the request names; absent: it names none. Errors: invalid_argument (there is none of that address).
[[nodiscard]] Result<std::optional<std::string>> member_named(const ApiServices& services, const HttpRequest& request);

// Asks every member, or only the one that folds `contact`. `own` is what this one answers. Errors, where none of them
// did what was asked: the first one's.
asio::awaitable<Result<std::string>> ask_for_rebuilds(RequestContext& context, ApiServices& services,
                                                      std::optional<ContactId> contact,
                                                      const std::function<HttpResponse()>& own);

}  // namespace rapport
