// Which handler answers which request: one table of routes, matched by path and method.
//
//   Router router;
//   router.add({.method = HttpMethod::get, .pattern = "/v1/contacts/{id}", .scope = "contact:read", .handler =
//   get_contact});
//
// Invariants:
// - A pattern's segment is a literal or a parameter ("{id}"); where both match, the literal wins. A parameter matches
// one
//   non-empty segment.
// - No two routes share method and pattern (parameter names apart).
// - A route that names no scope, and is not marked open or for any key, is denied to everyone.
// - The table is whole before the server opens, and is only read afterwards, from any thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/auth/principal.h"
#include "engine/http/http_message.h"

namespace rapport {

struct Route;

// What a handler is given. It and all it refers to live until the handler's response has been written, its stream
// included; a copy of what is needed longer is the handler's to make.
class RequestContext {
 public:
  virtual ~RequestContext() = default;

  virtual const HttpRequest& request() const = 0;
  virtual const Route& route() const = 0;
  // Who asks; empty on an open route.
  virtual const Principal& principal() const = 0;
  // The body of a route with BodyMode::streamed; of any other, at its end.
  virtual BodyReader& body() = 0;
  // Where the handler runs and must be resumed: one thread at a time.
  virtual asio::any_io_executor executor() const = 0;
  // The server is stopping: finish soon.
  virtual bool stopping() const = 0;

  // The decoded segment that stands for "{name}". Panics if the pattern has no such parameter.
  std::string_view parameter(std::string_view name) const;
};

// Runs on the session's thread: it may compute and read the projections, and waits for other threads only through
// async_callback.h. An exception that leaves it is answered with 500, its text goes to the log only.
//
// g++ 12 destroys some temporaries of a co_await expression twice: name the arguments of an awaited call first when
// they are aggregates or initializer lists.
using Handler = std::function<asio::awaitable<HttpResponse>(RequestContext&)>;

// The answer, where what is in memory is all that it takes; nothing: the handler has to make it. On the session's
// thread, as soon as the request is there; none of what a coroutine takes is spent on it.
using AnswerAtOnce = std::function<std::optional<HttpResponse>(RequestContext&)>;

// A handler that never waits.
Handler handler_of(std::function<HttpResponse(RequestContext&)> function);

enum class BodyMode : std::uint8_t {
  whole,     // read before the handler runs, at most body_bytes_max, else 413
  streamed,  // read by the handler through RequestContext::body
};

struct RouteLimits {
  static constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

  std::uint64_t body_bytes_max = 1u << 20;
  BodyMode body = BodyMode::whole;
};

struct Route {
  HttpMethod method = HttpMethod::get;
  std::string pattern;
  std::string scope = {};  // what the key must be allowed; see engine/auth
  Handler handler = {};
  // Asked before the handler, and before what wrap() puts around that; null: nobody is.
  AnswerAtOnce at_once = {};
  RouteLimits limits = {};
  // Media types of the answer and of the body, for Accept and Content-Type; "": the handler looks for itself.
  std::string_view produces = "application/json";
  std::string_view consumes = "application/json";
  bool any_key = false;  // answered to every good key, whatever its scopes
  // Answered without a key: /healthz, /readyz, the console's page. Or its handler authorizes, which has to read the
  // body for that: /v1/channel.
  bool open = false;
  // How it is told that who asks has no good key, or not the scope, or names a parameter that there is not, or sends a
  // body that is too large or comes to no end; null: as every other error.
  HttpResponse (*refuse)(const RequestContext&, const Error&) = nullptr;

  // Filled in by Router::add: each parameter's name and the index of its segment.
  std::vector<std::pair<std::string, std::size_t>> parameters = {};
};

// A route, or why there is none.
struct RouteMatch {
  const Route* route = nullptr;
  // Without a route: the methods that the path has, as Allow lists them ("GET, HEAD, OPTIONS"), or "" where the path is
  // unknown.
  std::string allow = {};
};

class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;

  // Panics on a pattern that is malformed, or taken.
  void add(Route route);

  // Puts `make`'s handler in the place of each route's own, which it is given. Before the server opens.
  void wrap(const std::function<Handler(const Route& route, Handler own)>& make);

  // Gives every route whose pattern begins so its Route::refuse. Before the server opens.
  void refuse_by(std::string_view beginning, HttpResponse (*refuse)(const RequestContext&, const Error&));

  // The route of the path and method. HEAD finds GET's where it has none of its own.
  RouteMatch match(HttpMethod method, std::span<const std::string> path) const;

  // Every route, in the order of add. The pointers are good as long as the router.
  std::vector<const Route*> routes() const;

 private:
  struct Node;
  std::unique_ptr<Node> root_;
  std::vector<std::unique_ptr<Route>> routes_;
};

}  // namespace rapport
