// A small blocking HTTP/1.1 client for the command line and for tests: keep-alive, TLS, timeouts, bodies streamed both
// ways.
//
// Invariants:
// - One thread at a time, except interrupt().
// - A response of any status is a response, not an Error; an Error is that there was none.
// - A request is sent again by itself only where the server cannot have seen it: on a kept connection that turned out
//   closed before the first byte went out.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/http/http_message.h"
#include "events/result.h"

namespace rapport {

struct HttpClientOptions {
  std::string url;           // "http://127.0.0.1:8080", "https://crm.example"; a path in it goes before every target
  HttpHeaders headers = {};  // sent with every request: Authorization
  // Of each step of connecting. A name's look-up cannot be ended: it takes as long as the system's resolver lets it,
  // and interrupt() waits for that, too.
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds idle_timeout{30'000};  // without a byte sent or received
  std::size_t response_bytes_max = 64u << 20;      // of a body that is read whole
  // Of https: PEM file of the authorities to trust. Unset: the system's.
  std::optional<std::filesystem::path> authorities = std::nullopt;
  bool verify_certificate = true;
};

struct HttpClientRequest {
  HttpMethod method = HttpMethod::get;
  std::string target;  // "/v1/contacts?limit=5", percent-encoded (see request_target.h)
  HttpHeaders headers = {};
  std::string content_type = {};
  std::string body = {};
};

struct HttpClientResponse {
  int status = 0;
  HttpHeaders headers;
  std::string body;
};

// Gives the next piece of a request's body, an empty one at its end; the view must hold until the next call. An error
// ends the request, and is what send answers.
using RequestBodySource = std::function<Result<std::string_view>()>;

// Takes the next piece of a response's body. False: enough; the connection is closed and send answers what it has.
using ResponseBodySink = std::function<bool(const HttpClientResponse& head, std::string_view piece)>;

class HttpClient {
 public:
  // Connects at the first send. Errors: invalid_argument (the URL, the authorities).
  [[nodiscard]] static Result<std::unique_ptr<HttpClient>> open(HttpClientOptions options);
  ~HttpClient();

  // Errors: unreachable (no such host, refused, TLS failed, closed early, or silent for too long), too_large (the
  // body), invalid_argument (what came is not HTTP, or the target), shutting_down (interrupt).
  [[nodiscard]] Result<HttpClientResponse> send(const HttpClientRequest& request);

  // Sends the source's pieces as a chunked body instead of request.body. Where the server answers before the end, the
  // rest is not sent.
  [[nodiscard]] Result<HttpClientResponse> send(const HttpClientRequest& request, const RequestBodySource& source);

  // Hands the body of a 2xx response to the sink, piece by piece as it comes; any other body is read whole.
  [[nodiscard]] Result<HttpClientResponse> send(const HttpClientRequest& request, const ResponseBodySink& sink);

  // Ends the send that is under way, and every later one, with shutting_down. Thread-safe.
  void interrupt();

 private:
  struct Impl;
  explicit HttpClient(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapport
