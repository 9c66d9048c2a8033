// Scopes of a key for the script of a web page (docs/channel.md). Whoever looks at the page has the key, so these are
// of a kind of their own, and a key that has one has no other:
//
//   page:https://shop.example   pages of that origin publish what their visitors do (engine/http/api/channel_routes.cc)
//   page:field:email            their identify() sets that field of the visitor's contact
//
// Invariants: no other scope allows what these allow, not even "*": a key that may do more is never good in a page.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/result.h"

namespace rapport {

inline constexpr std::size_t kOriginSizeMax = 240;  // bytes; with its prefix it fits a scope's 256
inline constexpr std::size_t kKeyOriginsMax = 50;
inline constexpr std::size_t kKeyFieldsMax = 50;

std::string page_scope(std::string_view origin);
std::string page_field_scope(std::string_view field);

bool is_page_scope(std::string_view scope);
// Whether a key with these is a page's: all of them are page scopes. One at least is of an origin where it was drawn.
bool is_page_key(std::span<const std::string> scopes);

// What the scopes of a page's key list, in their order; empty of another key.
std::vector<std::string> page_origins(std::span<const std::string> scopes);
std::vector<std::string> page_fields(std::span<const std::string> scopes);

// Errors: invalid_argument, `field` is "origins" (no origin as a browser writes it: scheme, host in lower case, a port
// where it is not the scheme's own, and nothing behind it) or "fields" (no key of a field).
[[nodiscard]] Result<void> check_page_scope(std::string_view scope);

// Of all scopes of a new key. Errors: invalid_argument (a page's key with another scope, without an origin, or with too
// many of them or of fields).
[[nodiscard]] Result<void> check_page_alone(std::span<const std::string> scopes);

}  // namespace rapport
