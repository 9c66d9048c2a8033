#include "engine/http/api/member_request.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <set>

#include "engine/http/api/api_problem.h"
#include "engine/http/async_callback.h"
#include "engine/http/late_result.h"
#include "engine/http/request_target.h"

namespace rapport {
namespace {

constexpr std::string_view kPersonal = "personal";
constexpr std::string_view kContacts = "contacts";
constexpr std::string_view kPublish = "publish";

// Of a connection and its message, not of the request; and who asks, which was found out here.
constexpr std::array<std::string_view, 26> kNotHandedOn{"Host",
                                                        "Connection",
                                                        "Keep-Alive",
                                                        "Transfer-Encoding",
                                                        "Content-Length",
                                                        "Content-Type",
                                                        "Expect",
                                                        "Authorization",
                                                        "Cookie",
                                                        "Upgrade",
                                                        "TE",
                                                        "Trailer",
                                                        "Origin",
                                                        "Accept-Encoding",
                                                        "Proxy-Connection",
                                                        "Proxy-Authorization",
                                                        "Rapport-Request-Id",
                                                        "Rapport-Member-Root",
                                                        "Rapport-Member-Moment",
                                                        "Rapport-Companies",
                                                        "Rapport-Rows",
                                                        "Rapport-Partitions",
                                                        kMemberHeader,
                                                        kMemberForHeader,
                                                        kMemberSightHeader,
                                                        kMemberMayHeader};
// The server's own, of which each answer has one.
constexpr std::array<std::string_view, 8> kNotHandedBack{"Content-Length", "Connection",         "Keep-Alive",
                                                         "Date",           "Rapport-Request-Id", "traceparent",
                                                         "Content-Type",   "Transfer-Encoding"};

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view known) { return are_one_field(name, known); });
}

std::string target_of(const HttpRequest& request) {
  std::string target;
  for (const std::string& segment : request.path) target += "/" + percent_encode(segment);
  char mark = '?';
  for (const QueryParameter& parameter : request.query.all) {
    target += std::exchange(mark, '&') + percent_encode(parameter.name) + "=" + percent_encode(parameter.value);
  }
  return target;
}

// A response's type is text in static storage. Members answer with a few: the set is never larger.
std::string_view kept_type(const HttpHeaders& headers) {
  static std::mutex mutex;
  static std::set<std::string, std::less<>> types;
  const auto type = headers.find("Content-Type");
  if (!type) return {};
  const std::lock_guard lock(mutex);
  return *types.emplace(*type).first;
}

HttpResponse handed_back(HttpClientResponse&& answer) {
  HttpResponse response;
  response.status = answer.status;
  response.content_type = kept_type(answer.headers);
  for (std::size_t i = 0; i < answer.headers.size(); ++i) {
    const auto field = answer.headers[i];
    if (!is_one_of(field.name, kNotHandedBack)) response.headers.add(field.name, field.value);
  }
  response.body = std::move(answer.body);
  return response;
}

}  // namespace

bool is_of_member(const HttpRequest& request) { return request.headers.find(kMemberHeader).has_value(); }

Result<Principal> member_access(const Group& group, const HttpRequest& request) {
  const auto key = request.headers.find(kMemberHeader);
  if (!key || !group.is_key(*key)) return Error{Errc::unauthorized, "the group has another key"};
  const auto made_for = request.headers.find(kMemberForHeader);
  const auto sight = request.headers.find(kMemberSightHeader);
  const std::string_view may = request.headers.find(kMemberMayHeader).value_or("");
  // That its key has the route's scope, the member that was asked has looked at.
  return Principal{.key_id = std::string(made_for.value_or("")),
                   .reads_personal = sight && *sight == kPersonal,
                   .reads_contacts = may.find(kContacts) != may.npos,
                   .publishes = may.find(kPublish) != may.npos};
}

Result<void> check_member(const RequestContext& context, const ApiServices& services) {
  const auto key = context.request().headers.find(kMemberHeader);
  if (key && services.group->is_key(*key)) return {};
  return Error{Errc::forbidden, "this is between the members of a group"};
}

Result<void> check_confirmed(const ApiServices& services) {
  if (services.group->is_confirmed()) return {};
  return Error{Errc::unreachable, "the broker has not said lately that this is a member of the group"};
}

HttpClientRequest member_request(const RequestContext& context) {
  const HttpRequest& request = context.request();
  HttpClientRequest out;
  out.method = request.method == HttpMethod::head ? HttpMethod::get : request.method;
  out.target = target_of(request);
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    const auto field = request.headers[i];
    if (!is_one_of(field.name, kNotHandedOn)) out.headers.add(field.name, field.value);
  }
  out.headers.set("Rapport-Request-Id", request.request_id);
  const Principal& principal = context.principal();
  out.headers.set(kMemberForHeader, principal.key_id);
  if (principal.reads_personal) out.headers.set(kMemberSightHeader, kPersonal);
  std::string may;
  if (principal.reads_contacts) may.append(kContacts).append(" ");
  if (principal.publishes) may += kPublish;
  if (!may.empty()) out.headers.set(kMemberMayHeader, may);
  return out;
}

asio::awaitable<Result<HttpClientResponse>> ask_member(ApiServices& services, std::string address,
                                                       HttpClientRequest request) {
  const auto initiate = [&](CallbackDone<HttpClientResponse> done) {
    services.group->calls().ask(address, std::move(request),
                                [done](Result<HttpClientResponse> answer) { done(std::move(answer)); });
  };
  co_return co_await async_from_callback<HttpClientResponse>(initiate);
}

HttpClientRequest post_to_member(const RequestContext& context, std::string_view path, std::string body) {
  HttpClientRequest request = member_request(context);
  request.method = HttpMethod::post;
  request.target = path;
  request.content_type = "application/json";
  request.body = std::move(body);
  return request;
}

asio::awaitable<MemberAnswers> ask_members(RequestContext& context, ApiServices& services,
                                           std::map<std::string, HttpClientRequest> requests) {
  std::vector<std::pair<std::string, std::unique_ptr<LateResult<HttpClientResponse>>>> asked;
  for (auto& [address, request] : requests) {
    asked.emplace_back(address, std::make_unique<LateResult<HttpClientResponse>>(context.executor()));
    services.group->calls().ask(
        address, std::move(request),
        [done = asked.back().second->done()](Result<HttpClientResponse> answer) { done(std::move(answer)); });
  }
  MemberAnswers answers;
  for (auto& [address, waiting] : asked) {
    auto answer = co_await waiting->wait();
    answers.emplace(address, std::move(answer));
  }
  co_return answers;
}

asio::awaitable<HttpResponse> answer_of_member(RequestContext& context, ApiServices& services, std::string address,
                                               HttpHeaders further) {
  HttpClientRequest request = member_request(context);
  for (std::size_t i = 0; i < further.size(); ++i) request.headers.set(further[i].name, further[i].value);
  if (const auto type = context.request().headers.find("Content-Type")) request.content_type = std::string(*type);
  request.body = context.request().body;
  auto answer = co_await ask_member(services, std::move(address), std::move(request));
  if (!answer) co_return failed(context, answer.error());
  co_return handed_back(*std::move(answer));
}

}  // namespace rapport
