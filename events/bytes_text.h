// Bytes as text: hex and base64 (RFC 4648), the one with padding and the URL's without.
#pragma once

#include <string>
#include <string_view>

#include "events/result.h"

namespace rapport {

std::string to_hex(std::string_view bytes);  // lower case
std::string to_base64(std::string_view bytes);
std::string to_base64url(std::string_view bytes);

// Errors: invalid_argument.
[[nodiscard]] Result<std::string> from_base64(std::string_view text);
[[nodiscard]] Result<std::string> from_base64url(std::string_view text);

}  // namespace rapport
