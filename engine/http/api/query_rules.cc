#include "engine/http/api/query_rules.h"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>

#include "engine/http/api/api_problem.h"
#include "engine/http/api/member_request.h"
#include "engine/http/api/openapi_document.h"
#include "engine/http/api/request_values.h"

namespace rapport {
namespace {

namespace json = boost::json;

constexpr std::string_view kNativePaths = "/v1/", kCompatiblePaths = "/api/v1/";
constexpr std::size_t kQueryRulesMax = 64;  // of one operation: the bits of a number

const json::value& resolved(const json::value& document, const json::value& value) {
  const json::value* reference = value.as_object().if_contains("$ref");
  if (reference == nullptr) return value;
  return document.at_pointer(std::string_view(reference->as_string()).substr(1));
}

void take_rules(std::vector<QueryRule>& rules, const json::value& document, const json::value& holder) {
  const json::value* parameters = holder.as_object().if_contains("parameters");
  if (parameters == nullptr) return;
  for (const json::value& parameter : parameters->as_array()) {
    const json::value& whole = resolved(document, parameter);
    if (whole.at("in") != "query") continue;
    const json::value* type = resolved(document, whole.at("schema")).as_object().if_contains("type");
    rules.push_back({whole.at("name").as_string().c_str(), type != nullptr && *type == "array"});
  }
}

// None: the document does not have the operation, which is one between members of a group.
std::optional<QueryRules> rules_of(const json::value& document, const Route& route) {
  const json::value* path = document.at("paths").as_object().if_contains(route.pattern);
  if (path == nullptr) return std::nullopt;
  std::string method(http_method_name(route.method));
  std::transform(method.begin(), method.end(), method.begin(), [](char c) { return static_cast<char>(c | 0x20); });
  const json::value* operation = path->as_object().if_contains(method);
  if (operation == nullptr) return std::nullopt;
  std::vector<QueryRule> rules;
  take_rules(rules, document, *path);
  take_rules(rules, document, *operation);
  if (rules.size() > kQueryRulesMax) panic("an operation has more query parameters than are told apart");
  return QueryRules(std::move(rules));
}

asio::awaitable<HttpResponse> refused(RequestContext& context, Error error) {
  const auto refuse = context.route().refuse;
  co_return refuse != nullptr ? refuse(context, error) : failed(context, error);
}

}  // namespace

const QueryRule* QueryRules::find(std::string_view name) const {
  const auto found = std::find_if(rules_.begin(), rules_.end(), [&](const QueryRule& rule) {
    return rule.is_list ? is_spelling_of_list(name, rule.name) : name == rule.name;
  });
  return found == rules_.end() ? nullptr : &*found;
}

Error QueryRules::unknown(std::string_view name) const {
  std::string known;
  for (const QueryRule& rule : rules_) known.append(known.empty() ? "" : ", ").append(rule.name);
  return {Errc::invalid_argument,
          "is no parameter of this, which has " + (known.empty() ? std::string("none") : std::move(known)),
          std::string(name)};
}

Result<void> QueryRules::check_known(const QueryParameters& query) const {
  for (const QueryParameter& parameter : query.all) {
    if (find(parameter.name) == nullptr) return unknown(parameter.name);
  }
  return {};
}

Result<void> QueryRules::check_single(const QueryParameters& query) const {
  std::uint64_t seen = 0;
  for (const QueryParameter& parameter : query.all) {
    const QueryRule* rule = find(parameter.name);
    if (rule == nullptr || rule->is_list) continue;
    const std::uint64_t bit = std::uint64_t{1} << (rule - rules_.data());
    if ((seen & bit) != 0) return Error{Errc::invalid_argument, "is given twice", rule->name};
    seen |= bit;
  }
  return {};
}

void check_queries(Router& router, const ApiServices& services) {
  const json::value document = json::parse(kOpenApiDocument);
  router.wrap([&](const Route& route, Handler own) -> Handler {
    const bool is_native = route.pattern.starts_with(kNativePaths);
    auto rules = is_native || route.pattern.starts_with(kCompatiblePaths) ? rules_of(document, route) : std::nullopt;
    if (!rules) return own;
    // No coroutine of its own: a request that may pass costs no frame more.
    return [&services, is_native, rules = *std::move(rules), own = std::move(own)](RequestContext& context) {
      const HttpRequest& request = context.request();
      if (services.group != nullptr && is_of_member(request)) return own(context);
      const auto known = is_native ? rules.check_known(request.query) : Result<void>();
      if (!known) return refused(context, known.error());
      const auto single = rules.check_single(request.query);
      return single ? own(context) : refused(context, single.error());
    };
  });
}

}  // namespace rapport
