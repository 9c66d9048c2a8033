// An API key as its owner holds it, "rk_<id>_<secret>": the id is public and stamped into events, the secret is 256
// random bits in 43 letters of base64url, of which only the SHA-256 is kept.
#pragma once

#include <string>
#include <string_view>

#include "events/result.h"

namespace rapport {

inline constexpr std::size_t kKeyIdSizeMax = 32;

struct ApiKeyText {
  std::string id;      // letters, digits and '-'
  std::string secret;  // 43 characters of base64url

  std::string text() const { return "rk_" + id + "_" + secret; }
};

// Drawn from the system's randomness.
ApiKeyText draw_api_key();
// Errors: invalid_argument. The detail never repeats the text.
[[nodiscard]] Result<ApiKeyText> parse_api_key(std::string_view text);

// 64 hex digits. 256 random bits need no slow hash.
std::string hash_secret(std::string_view secret);
// In constant time.
bool same_hash(std::string_view a, std::string_view b);

}  // namespace rapport
