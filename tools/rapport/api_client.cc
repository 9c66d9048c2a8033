#include "tools/rapport/api_client.h"

#include <algorithm>
#include <charconv>
#include <thread>

#include "events/json_value.h"

namespace rapport {
namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds kRetryDelayMin{100};

std::string text_of(const json::object& object, const char* name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? json::value_to<std::string>(*value) : std::string();
}

// The code of that name; by the status where the name is not ours.
Errc errc_of(const std::string& name, int status) {
  for (int i = 0; i <= static_cast<int>(Errc::internal); ++i) {
    if (errc_name(static_cast<Errc>(i)) == name) return static_cast<Errc>(i);
  }
  switch (status) {
    case 401: return Errc::unauthorized;
    case 403: return Errc::forbidden;
    case 404: return Errc::not_found;
    case 410: return Errc::contact_deleted;
    default: return status < 500 ? Errc::invalid_event : Errc::internal;
  }
}

Error error_of(const HttpClientResponse& response) {
  return error_of_problem(response.status, response.body, response.headers.find("Rapport-Request-Id").value_or(""));
}

std::string behind_request(std::string detail, std::string_view request) {
  return request.empty() ? detail : detail.append(" (request ").append(request).append(")");
}

// What a 2xx answer holds; else the error that it tells.
Result<json::value> content_of(const HttpClientResponse& response) {
  if (response.status < 200 || response.status >= 300) return error_of(response);
  if (response.body.empty()) return json::value();
  boost::system::error_code malformed;
  json::value parsed = parse_json_value(response.body, malformed);
  if (malformed) return Error{Errc::unreachable, "what answered is no rapport server: its answer is not JSON"};
  return parsed;
}

// Absent: it is not to be asked for again.
std::optional<std::chrono::seconds> retry_after(const HttpClientResponse& response) {
  if (response.status != 429 && response.status != 503) return std::nullopt;
  const std::string text(response.headers.find("Retry-After").value_or(""));
  std::int64_t seconds = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (failed != std::errc() || end != text.data() + text.size() || seconds < 0) return std::nullopt;
  return std::chrono::seconds(seconds);
}

bool is_printable(const std::string& text) {
  for (const char c : text) {
    if (c <= ' ' || c > '~') return false;
  }
  return true;
}

}  // namespace

Error error_of_problem(int status, const std::string& body, std::string_view request) {
  boost::system::error_code malformed;
  const json::value parsed = parse_json_value(body, malformed);
  if (malformed || !parsed.is_object()) return {errc_of("", status), "the server answered " + std::to_string(status)};
  const json::object& problem = parsed.get_object();
  if (const std::string gone = text_of(problem, "status"); gone == "deleted" || gone == "erased") {
    return {gone == "erased" ? Errc::contact_erased : Errc::contact_deleted,
            behind_request("since " + text_of(problem, "when"), request)};
  }
  std::string detail = text_of(problem, "detail");
  if (detail.empty()) detail = text_of(problem, "title");
  detail = behind_request(std::move(detail), text_of(problem, "requestId"));
  std::string code = text_of(problem, "code");
  const Error error{errc_of(code, status), detail, text_of(problem, "field")};
  if (!code.empty()) keep_problem(error, std::move(code), body);
  return error;
}

Result<ApiClient> ApiClient::open(const ApiConnection& connection) {
  HttpClientOptions options{.url = connection.url};
  if (!is_printable(connection.key)) return Error{Errc::invalid_argument, "has characters that no key has", "key"};
  if (!connection.key.empty()) options.headers.add("Authorization", "Bearer " + connection.key);
  auto http = HttpClient::open(std::move(options));
  if (!http) return http.error();
  return ApiClient(*std::move(http));
}

Result<json::value> ApiClient::get(const std::string& target) { return send(HttpMethod::get, target, ""); }

Result<json::value> ApiClient::send(HttpMethod method, const std::string& target, std::string body,
                                    const std::string& content_type, HttpHeaders headers) {
  HttpClientRequest request{.method = method, .target = target, .headers = std::move(headers), .body = std::move(body)};
  if (!request.body.empty()) request.content_type = content_type;
  const auto response = http_->send(request);
  if (!response) return response.error();
  return content_of(*response);
}

Result<json::value> ApiClient::send_patiently(HttpMethod method, const std::string& target, const std::string& body,
                                              const std::string& content_type, std::chrono::seconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (true) {
    const auto response = http_->send({.method = method, .target = target, .content_type = content_type, .body = body});
    if (!response) return response.error();
    const auto wait = retry_after(*response);
    if (!wait || std::chrono::steady_clock::now() + *wait > end) return content_of(*response);
    std::this_thread::sleep_for(std::max<std::chrono::milliseconds>(*wait, kRetryDelayMin));
  }
}

Result<void> ApiClient::stream(const std::string& target, const std::function<bool(std::string_view)>& sink) {
  const auto response =
      http_->send({.target = target}, [&](const HttpClientResponse&, std::string_view piece) { return sink(piece); });
  if (!response) return response.error();
  if (response->status < 200 || response->status >= 300) return error_of(*response);
  return {};
}

}  // namespace rapport
