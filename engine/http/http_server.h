// The HTTP/1.1 server: sockets and TLS in, routed requests to handlers, responses out.
//
//   auto server = HttpServer::open({.port = 0, .authorize = authorize}, std::move(router));
//   ... server.value()->port() ...
//   server.value()->stop(std::chrono::seconds(10));
//
// Invariants:
// - Each connection belongs to one thread, and answers its requests in the order they came.
// - A message whose length could be read in two ways is refused, and its connection closed: both Content-Length and
//   Transfer-Encoding, a repeated or listed length, a coding other than chunked, a folded header, a bare line feed.
// - Every response carries Rapport-Request-Id. Every wait has a limit: of header, body, silence and write.
// - A request is authorized before its body is read, but of an open route, whose handler may do it (router.h).
// - Without TLS it listens on loopback only, unless told that this is meant.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/auth/principal.h"
#include "engine/http/http_limits.h"
#include "engine/http/router.h"
#include "events/result.h"

namespace rapport {

// PEM files. The certificate file holds the chain, the server's own first.
struct TlsFiles {
  std::filesystem::path certificate;
  std::filesystem::path key;
};

// What an access log line says: facts without values of the query, keys or bodies. Views are good during the call.
struct AccessRecord {
  const HttpRequest& request;  // where it was malformed, only its peer and request_id mean anything
  bool well_formed;
  const Route* route;  // null: none matched
  const Principal& principal;
  int status;
  std::uint64_t response_bytes;  // of the body
  std::chrono::microseconds duration;
};

// "GET /v1/contacts/1042 200 512B 0.183ms 127.0.0.1 key=k7 id=4f...": without the query, since people put secrets
// there; a path parameter other than a number, and what may be a key or an address in an unknown path, is "*".
std::string access_log_line(const AccessRecord& record);

struct HttpServerOptions {
  std::string address = "127.0.0.1";  // an IP address, or "localhost"
  std::uint16_t port = 8080;          // 0: any free one
  unsigned threads = 2;
  HttpLimits limits = {};
  std::optional<TlsFiles> tls = std::nullopt;
  bool insecure = false;  // listen beyond loopback without TLS

  // Who the request comes from, if it may have what the route asks for. Errors: unauthorized, forbidden, a rate_error.
  // Called for every route that is not open, from several threads; must not wait. Unset: such routes are denied.
  std::function<Result<Principal>(const HttpRequest&, const Route&)> authorize = {};
  // After each response, from several threads; must not throw or wait.
  std::function<void(const AccessRecord&)> on_response = {};
  // Our own bugs: an exception left a handler. Must not throw.
  std::function<void(std::string_view request_id, std::string_view what)> on_fault = {};
};

class HttpServer {
 public:
  struct Stats {
    std::uint64_t connections_open;
    std::uint64_t connections_accepted;
    std::uint64_t connections_refused;  // over connections_max
    std::uint64_t requests;
  };

  // Listens and serves. Errors: invalid_argument: the address, a port that is taken, a TLS file, or a bind beyond
  // loopback without TLS; `field` names the option.
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> open(HttpServerOptions options, Router router);

  // stop(0) where it has not been stopped.
  ~HttpServer();

  std::uint16_t port() const;
  const Router& router() const;
  // Thread-safe.
  Stats stats() const;

  // Stops accepting, closes connections that wait for a request, lets requests in flight finish with "Connection:
  // close", ends endless streams; at the deadline cuts off what is left. True: nothing had to be cut. Returns when no
  // handler runs any more. Not from a handler. May be called once more: the second call returns at once.
  bool stop(std::chrono::milliseconds deadline);

 private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapport
