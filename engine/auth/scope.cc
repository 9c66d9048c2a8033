#include "engine/auth/scope.h"

#include <algorithm>
#include <array>

#include "engine/auth/page_scope.h"
#include "events/text.h"

namespace rapport {
namespace {

constexpr std::array<std::string_view, 15> kEntities{"attribute", "backup", "case",   "company", "contact",
                                                     "erasure",   "event",  "key",    "parked",  "personal",
                                                     "rebuild",   "revert", "status", "tag",     "timeline"};
constexpr std::array<std::string_view, 3> kVerbs{"read", "write", "delete"};

struct PermissionRow {
  std::string_view entity;
  std::array<std::string_view, 2> scopes;  // the second may be empty
};
constexpr std::string_view kModule = "dashboard";
constexpr std::array kPermissions{
    PermissionRow{"case", {"case:*"}},
    PermissionRow{"company", {"company:*"}},
    PermissionRow{"contact", {"contact:*", kPersonalScope}},
    PermissionRow{"field", {"attribute:*"}},
    PermissionRow{"note", {"timeline:*"}},
    PermissionRow{"tag", {"tag:*"}},
    PermissionRow{"timeline", {"timeline:*"}},
};

// The two halves of "contact:read"; empty where there is no colon.
struct Halves {
  std::string_view first, second;
};
Halves split(std::string_view text, char at) {
  const auto place = text.find(at);
  if (place == std::string_view::npos) return {};
  return {text.substr(0, place), text.substr(place + 1)};
}

bool is_permission(std::string_view text) { return text.find('/') != std::string_view::npos; }
bool fits(std::string_view has, std::string_view wants) { return !wants.empty() && (has == "*" || has == wants); }

template <std::size_t kSize>
bool is_one_of(const std::array<std::string_view, kSize>& words, std::string_view word) {
  return word == "*" || std::find(words.begin(), words.end(), word) != words.end();
}

// Calls `each` with every scope that the permission stands for; false where one says so.
template <class Each>
bool all_scopes_of_permission(std::string_view permission, const Each& each) {
  const auto [module, entity] = split(permission, '/');
  if (!fits(module, kModule) && module != "*") return false;
  bool known = false;
  for (const PermissionRow& row : kPermissions) {
    if (!fits(entity, row.entity)) continue;
    known = true;
    for (const std::string_view scope : row.scopes) {
      if (!scope.empty() && !each(scope)) return false;
    }
  }
  return known;
}

bool permission_allows(std::string_view permission, std::string_view asked) {
  bool found = false;
  all_scopes_of_permission(permission, [&](std::string_view scope) {
    found = scope_allows(scope, asked);
    return !found;
  });
  return found;
}

template <std::size_t kSize>
std::string listed(const std::array<std::string_view, kSize>& words) {
  std::string out;
  for (const std::string_view word : words) out.append(out.empty() ? "" : ", ").append(word);
  return out;
}

Error bad(std::string detail) { return {Errc::invalid_argument, std::move(detail), "scopes"}; }

}  // namespace

bool scope_allows(std::string_view granted, std::string_view asked) {
  if (is_page_scope(granted) || is_page_scope(asked)) return granted == asked;
  if (granted == kAdminScope) return true;
  if (is_permission(granted)) return permission_allows(granted, asked);
  const auto has = split(granted, ':'), wants = split(asked, ':');
  return fits(has.first, wants.first) && fits(has.second, wants.second);
}

bool scopes_allow(std::span<const std::string> granted, std::string_view asked) {
  return std::any_of(granted.begin(), granted.end(), [&](const auto& scope) { return scope_allows(scope, asked); });
}

bool scopes_cover(std::span<const std::string> granted, std::string_view wanted) {
  if (is_page_scope(wanted)) return scopes_allow(granted, wanted) || scopes_allow(granted, kPublishScope);
  if (wanted == kAdminScope) return std::find(granted.begin(), granted.end(), kAdminScope) != granted.end();
  if (!is_permission(wanted)) return scopes_allow(granted, wanted);
  return all_scopes_of_permission(wanted, [&](std::string_view scope) { return scopes_allow(granted, scope); });
}

Result<void> check_scope(std::string_view scope) {
  if (is_page_scope(scope)) return check_page_scope(scope);
  if (scope == kAdminScope) return {};
  if (is_permission(scope)) {
    if (all_scopes_of_permission(scope, [](std::string_view) { return true; })) return {};
    return bad(quote(scope) + " is no permission, like dashboard/contact or */*");
  }
  const auto [entity, verb] = split(scope, ':');
  if (entity.empty() || verb.empty()) {
    return bad(quote(scope) + " is no scope, like contact:read, contact:*, *:read or *");
  }
  if (!is_one_of(kEntities, entity)) return bad(quote(entity) + " is none of " + listed(kEntities));
  if (!is_one_of(kVerbs, verb)) return bad(quote(verb) + " is none of " + listed(kVerbs));
  return {};
}

}  // namespace rapport
