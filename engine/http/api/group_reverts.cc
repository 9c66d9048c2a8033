#include "engine/http/api/group_reverts.h"

#include <boost/json.hpp>

#include "engine/group/group.h"
#include "engine/group/member_events.h"
#include "engine/group/member_json.h"
#include "engine/http/api/member_request.h"
#include "engine/http/late_result.h"

namespace rapport {
namespace {

namespace json = boost::json;

// Of the answer to GET /v1/reverts.
void take(RevertOfMember& told, const Result<HttpClientResponse>& answer) {
  if (!answer) {
    told.error = answer.error();
    return;
  }
  if (answer->status != 200) {
    told.error = decode_problem(answer->body);
    return;
  }
  const Error otherwise{Errc::internal, "member " + told.member + " gives what are no reverts"};
  const auto taken = read_member_json(answer->body, otherwise, [&](const json::value& read) -> Result<void> {
    const json::array& items = read.at("items").as_array();
    if (items.empty()) return {};
    told.id = string_of(items.front().at("id"));
    told.is_over = !items.front().at("ended").is_null();
    told.json = json::serialize(items.front());
    return {};
  });
  if (!taken) told.error = taken.error();
}

}  // namespace

asio::awaitable<Result<std::vector<RevertOfMember>>> reverts_of_others(RequestContext& context, ApiServices& services) {
  const std::vector<GroupMember> members = services.group->status().members;
  if (members.empty()) co_return Error{Errc::unreachable, "who is of the group is not known now"};
  HttpClientRequest request = member_request(context);
  request.method = HttpMethod::get;
  request.target = "/v1/reverts";
  std::vector<RevertOfMember> all;
  std::vector<std::unique_ptr<LateResult<HttpClientResponse>>> answers;
  for (const GroupMember& member : members) {
    if (member.address == services.group->address()) continue;
    all.push_back({.member = member.address, .error = {}, .id = {}, .json = {}});
    answers.push_back(std::make_unique<LateResult<HttpClientResponse>>(context.executor()));
    services.group->calls().ask(
        member.address, request,
        [done = answers.back()->done()](Result<HttpClientResponse> answer) { done(std::move(answer)); });
  }
  for (std::size_t i = 0; i < all.size(); ++i) take(all[i], co_await answers[i]->wait());
  co_return all;
}

asio::awaitable<Result<RevertOfMember>> revert_of_others(RequestContext& context, ApiServices& services,
                                                         const std::string& id) {
  const auto others = co_await reverts_of_others(context, services);
  if (!others) co_return others.error();
  std::optional<Error> unanswered;
  for (const RevertOfMember& other : *others) {
    if (other.id == id) co_return other;
    if (other.error) unanswered = Error{Errc::unreachable, other.error->detail};
  }
  if (unanswered) co_return *unanswered;
  co_return Error{Errc::not_found, "no member's newest revert since its start is this one"};
}

}  // namespace rapport
