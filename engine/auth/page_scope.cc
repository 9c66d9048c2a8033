#include "engine/auth/page_scope.h"

#include <algorithm>
#include <charconv>

#include "events/event.h"
#include "events/text.h"

namespace rapport {
namespace {

constexpr std::string_view kPage = "page:";
constexpr std::string_view kField = "page:field:";

bool is_of(std::string_view text, std::string_view letters) {
  return !text.empty() && text.find_first_not_of(letters) == std::string_view::npos;
}

// "8443"; not the scheme's own, which a browser leaves out.
bool is_port(std::string_view text, unsigned own) {
  constexpr unsigned kPortMax = 65'535;
  unsigned port = 0;
  if (!is_of(text, "0123456789") || text.front() == '0' || text.size() > 5) return false;
  std::from_chars(text.data(), text.data() + text.size(), port);
  return port <= kPortMax && port != own;
}

bool is_host(std::string_view text) {
  if (text.starts_with('[')) {
    return text.size() > 2 && text.ends_with(']') && is_of(text.substr(1, text.size() - 2), "0123456789abcdef:.");
  }
  return is_of(text, "abcdefghijklmnopqrstuvwxyz0123456789.-_") && !text.starts_with('.');
}

bool is_origin(std::string_view text) {
  const bool secure = text.starts_with("https://");
  if (text.size() > kOriginSizeMax || (!secure && !text.starts_with("http://"))) return false;
  text.remove_prefix(text.find("//") + 2);
  const auto colon = text.starts_with('[') ? text.find(':', std::min(text.find(']'), text.size())) : text.find(':');
  if (colon == std::string_view::npos) return is_host(text);
  return is_host(text.substr(0, colon)) && is_port(text.substr(colon + 1), secure ? 443 : 80);
}

bool is_field_key(std::string_view text) {
  return !text.empty() && text.size() <= kFieldKeySizeMax && is_utf8(text) && !has_control_character(text);
}

Error wrong(std::string detail, std::string field) {
  return {Errc::invalid_argument, std::move(detail), std::move(field)};
}

}  // namespace

std::string page_scope(std::string_view origin) { return std::string(kPage).append(origin); }
std::string page_field_scope(std::string_view field) { return std::string(kField).append(field); }

bool is_page_scope(std::string_view scope) { return scope.starts_with(kPage); }

bool is_page_key(std::span<const std::string> scopes) {
  return !scopes.empty() && std::all_of(scopes.begin(), scopes.end(), is_page_scope);
}

std::vector<std::string> page_origins(std::span<const std::string> scopes) {
  std::vector<std::string> origins;
  for (const std::string& scope : scopes) {
    if (is_page_scope(scope) && !scope.starts_with(kField)) origins.push_back(scope.substr(kPage.size()));
  }
  return origins;
}

std::vector<std::string> page_fields(std::span<const std::string> scopes) {
  std::vector<std::string> fields;
  for (const std::string& scope : scopes) {
    if (scope.starts_with(kField)) fields.push_back(scope.substr(kField.size()));
  }
  return fields;
}

Result<void> check_page_scope(std::string_view scope) {
  if (scope.starts_with(kField)) {
    if (is_field_key(scope.substr(kField.size()))) return {};
    return wrong(quote(scope.substr(kField.size())) + " is no key of a field: 1 to 128 bytes", "fields");
  }
  const std::string_view origin = scope.substr(std::min(kPage.size(), scope.size()));
  if (is_origin(origin)) return {};
  return wrong(quote(origin) + " is no origin as browsers write it, like https://shop.example", "origins");
}

Result<void> check_page_alone(std::span<const std::string> scopes) {
  if (std::none_of(scopes.begin(), scopes.end(), is_page_scope)) return {};
  if (!is_page_key(scopes)) return wrong("a key of a page is public, so it has no other scope", "scopes");
  const std::size_t origins = page_origins(scopes).size();
  if (origins == 0) return wrong("a key of a page needs an origin", "origins");
  if (origins > kKeyOriginsMax) return wrong("are at most " + std::to_string(kKeyOriginsMax), "origins");
  if (scopes.size() - origins > kKeyFieldsMax) return wrong("are at most " + std::to_string(kKeyFieldsMax), "fields");
  return {};
}

}  // namespace rapport
