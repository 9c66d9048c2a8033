#include "engine/http/router.h"

#include <algorithm>
#include <array>

#include "events/result.h"

namespace rapport {
namespace {

constexpr std::size_t kMethodCount = 8;

bool is_parameter(std::string_view segment) { return segment.starts_with('{'); }

std::vector<std::string_view> segments_of(std::string_view pattern) {
  if (!pattern.starts_with('/')) panic("a route's pattern begins with a slash");
  std::vector<std::string_view> segments;
  if (pattern == "/") return segments;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);
    const std::size_t end = std::min(pattern.find('/'), pattern.size());
    const std::string_view segment = pattern.substr(0, end);
    if (segment.empty()) panic("a route's pattern has an empty segment");
    if (is_parameter(segment) != segment.ends_with('}') || segment == "{}") panic("a route's parameter is malformed");
    segments.push_back(segment);
    pattern.remove_prefix(end);
  }
  return segments;
}

}  // namespace

// What follows one prefix of segments: a tree, so that a lookup costs the path's length and not the table's.
struct Router::Node {
  std::vector<std::pair<std::string, std::unique_ptr<Node>>> literals;
  std::unique_ptr<Node> parameter;
  std::array<const Route*, kMethodCount> routes{};

  bool has_route() const {
    return std::any_of(routes.begin(), routes.end(), [](const Route* route) { return route != nullptr; });
  }

  Node& child(std::string_view segment) {
    if (is_parameter(segment)) {
      if (!parameter) parameter = std::make_unique<Node>();
      return *parameter;
    }
    for (auto& [name, node] : literals) {
      if (name == segment) return *node;
    }
    return *literals.emplace_back(segment, std::make_unique<Node>()).second;
  }

  // A literal that leads nowhere gives way to the parameter beside it.
  const Node* find(std::span<const std::string> path) const {
    if (path.empty()) return has_route() ? this : nullptr;
    for (const auto& [name, node] : literals) {
      if (name != path.front()) continue;
      if (const Node* found = node->find(path.subspan(1))) return found;
    }
    return parameter && !path.front().empty() ? parameter->find(path.subspan(1)) : nullptr;
  }

  const Route* route(HttpMethod method) const {
    const Route* own = routes[static_cast<std::size_t>(method)];
    return own == nullptr && method == HttpMethod::head ? routes[static_cast<std::size_t>(HttpMethod::get)] : own;
  }

  std::string allow() const {
    std::string names;
    for (std::size_t i = 0; i < kMethodCount; ++i) {
      const auto method = static_cast<HttpMethod>(i);
      if (route(method) == nullptr && method != HttpMethod::options) continue;
      if (!names.empty()) names.append(", ");
      names.append(http_method_name(method));
    }
    return names;
  }
};

std::string_view RequestContext::parameter(std::string_view name) const {
  for (const auto& [known, index] : route().parameters) {
    if (known == name) return request().path[index];
  }
  panic("a handler asks for a parameter that its route's pattern does not have");
}

Handler handler_of(std::function<HttpResponse(RequestContext&)> function) {
  // The closure lives in the route, so its captures outlast the coroutine.
  return [function = std::move(function)](RequestContext& context) -> asio::awaitable<HttpResponse> {
    co_return function(context);
  };
}

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(Route route) {
  if (!route.handler) panic("a route has no handler");
  const std::vector<std::string_view> segments = segments_of(route.pattern);
  Node* node = root_.get();
  route.parameters.clear();
  for (std::size_t i = 0; i < segments.size(); ++i) {
    node = &node->child(segments[i]);
    if (!is_parameter(segments[i])) continue;
    route.parameters.emplace_back(segments[i].substr(1, segments[i].size() - 2), i);
  }
  const Route*& place = node->routes[static_cast<std::size_t>(route.method)];
  if (place != nullptr) panic("two routes share a method and a pattern");
  place = routes_.emplace_back(std::make_unique<Route>(std::move(route))).get();
}

void Router::wrap(const std::function<Handler(const Route& route, Handler own)>& make) {
  for (const auto& route : routes_) {
    Handler own = std::exchange(route->handler, nullptr);
    route->handler = make(*route, std::move(own));
  }
}

void Router::refuse_by(std::string_view beginning, HttpResponse (*refuse)(const RequestContext&, const Error&)) {
  for (const auto& route : routes_) {
    if (route->pattern.starts_with(beginning)) route->refuse = refuse;
  }
}

RouteMatch Router::match(HttpMethod method, std::span<const std::string> path) const {
  const Node* node = root_->find(path);
  if (node == nullptr) return {};
  if (const Route* route = node->route(method)) return {route, {}};
  return {nullptr, node->allow()};
}

std::vector<const Route*> Router::routes() const {
  std::vector<const Route*> all;
  for (const auto& route : routes_) all.push_back(route.get());
  return all;
}

}  // namespace rapport
