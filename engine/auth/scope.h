// What a key may do. A scope is an entity and a verb, "contact:read"; either may be "*", and "*" alone is everything.
// A key for a client of the compatible API may have that API's permissions instead, each a module and an entity, which
// stand for the scopes that such a client needs:
//
//   dashboard/contact    contact:*  personal:read
//   dashboard/timeline   timeline:*          dashboard/company  company:*        dashboard/tag   tag:*
//   dashboard/case       case:*              dashboard/field    attribute:*      dashboard/note  timeline:*
//   */*                  all of these, and nothing of the engine's own: keys, rebuilds, parked records, status, events
//
// The scopes of a web page's key are of another kind, and stand for themselves alone (page_scope.h).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "events/result.h"

namespace rapport {

inline constexpr std::string_view kAdminScope = "*";
// Without it, what is personal is left out of every answer (engine/http/api/sight.h).
inline constexpr std::string_view kPersonalScope = "personal:read";
inline constexpr std::string_view kPublishScope = "event:write";
// Without it, an answer about something else shows no contact.
inline constexpr std::string_view kContactsScope = "contact:read";

// `asked` is a scope without "*". What is malformed allows nothing.
bool scope_allows(std::string_view granted, std::string_view asked);
bool scopes_allow(std::span<const std::string> granted, std::string_view asked);
// Whether all that `wanted` allows, it may have "*" or be a permission, is allowed by `granted`. A page's scope is less
// than event:write, whose holder publishes anything about anybody.
bool scopes_cover(std::span<const std::string> granted, std::string_view wanted);

// Errors: invalid_argument: it is not of that form, or of no entity, verb, module that there is: a misspelt scope would
// allow nothing without a word.
[[nodiscard]] Result<void> check_scope(std::string_view scope);

}  // namespace rapport
