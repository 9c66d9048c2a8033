// A request as one member of a group hands it on to another: what the client asked, for the principal that was found to
// be who asks.
#pragma once

#include <map>
#include <string>

#include "engine/group/group.h"
#include "engine/http/api/api_services.h"

namespace rapport {

// With a read: the broker has not confirmed lately that who answers is a member, so that another may know more.
inline constexpr std::string_view kStaleHeader = "Rapport-Stale";

// Of the routes that are no client's: no key has it but one that may do everything, so that the body of another's
// request is not read.
inline constexpr std::string_view kMemberScope = "member:call";

// Whether another member made it. Its key was checked when it was authorized.
bool is_of_member(const HttpRequest& request);

// Who a member's request is made for. Errors: unauthorized: it does not show the group's key.
[[nodiscard]] Result<Principal> member_access(const Group& group, const HttpRequest& request);

// What a route that is no client's asks of each request. Errors: forbidden: it does not show the group's key.
[[nodiscard]] Result<void> check_member(const RequestContext& context, const ApiServices& services);
// And before it takes what an owner is asked for: who may not answer for it any more must not, whoever owns it by now
// does. Errors: unreachable.
[[nodiscard]] Result<void> check_confirmed(const ApiServices& services);

// The same request, for another member, without its body.
HttpClientRequest member_request(const RequestContext& context);

// One of our own, made for who asks.
HttpClientRequest post_to_member(const RequestContext& context, std::string_view path, std::string body);

// Sends it there. Errors: unreachable, overloaded, shutting_down.
asio::awaitable<Result<HttpClientResponse>> ask_member(ApiServices& services, std::string address,
                                                       HttpClientRequest request);

// Sends one to each of several, by address, at once; each one's answer or why there is none.
using MemberAnswers = std::map<std::string, Result<HttpClientResponse>>;
asio::awaitable<MemberAnswers> ask_members(RequestContext& context, ApiServices& services,
                                           std::map<std::string, HttpClientRequest> requests);

// Has the member answer instead of us.
asio::awaitable<HttpResponse> answer_of_member(RequestContext& context, ApiServices& services, std::string address,
                                               HttpHeaders further = {});

}  // namespace rapport
