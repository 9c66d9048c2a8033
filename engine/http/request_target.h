// The request target: path and query, decoded with no room for two readings.
//
// Invariants: what parse_request_target accepts holds no NUL, no invalid UTF-8, no "." or ".." segment, however it was
// spelled.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/http/http_message.h"
#include "events/result.h"

namespace rapport {

inline constexpr std::size_t kQueryParametersMax = 256;

// Fills path and query of `request` from an origin-form target ("/v1/contacts?where%5B%5D=a&where%5B%5D=b"). In the
// query
// "+" is a space, as forms send it, so a literal plus comes as "%2B"; parts without "=" have an empty value; empty
// parts are dropped. Errors: invalid_argument: another form (absolute, authority, asterisk), a byte that a URL does not
// have, a bad percent triplet, NUL, bad UTF-8, a dot segment, too many parameters.
[[nodiscard]] Result<void> parse_request_target(std::string_view target, HttpRequest& request);

// Everything but unreserved characters (RFC 3986) as %XX: good for a path segment, a parameter's name and its value.
std::string percent_encode(std::string_view text);

}  // namespace rapport
