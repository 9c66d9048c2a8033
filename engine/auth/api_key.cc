#include "engine/auth/api_key.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "events/bytes_text.h"

namespace rapport {
namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kSecretSize = 43;  // of 32 bytes in base64url without padding
constexpr std::size_t kIdSize = 10;      // of an id that is drawn
constexpr std::string_view kPrefix = "rk_";

void initialise() {
  if (sodium_init() < 0) panic("libsodium does not start");
}

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_id(std::string_view id) {
  return !id.empty() && id.size() <= kKeyIdSizeMax &&
         std::all_of(id.begin(), id.end(), [](char c) { return is_letter_or_digit(c) || c == '-'; });
}
bool is_secret(std::string_view secret) {
  return secret.size() == kSecretSize && std::all_of(secret.begin(), secret.end(), [](char c) {
           return is_letter_or_digit(c) || c == '-' || c == '_';
         });
}

}  // namespace

ApiKeyText draw_api_key() {
  initialise();
  constexpr std::string_view kIdLetters = "0123456789abcdefghjkmnpqrstvwxyz";
  ApiKeyText key;
  for (std::size_t i = 0; i < kIdSize; ++i) {
    key.id += kIdLetters[randombytes_uniform(static_cast<std::uint32_t>(kIdLetters.size()))];
  }
  std::array<unsigned char, kSecretBytes> bytes;
  randombytes_buf(bytes.data(), bytes.size());
  key.secret = to_base64url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  sodium_memzero(bytes.data(), bytes.size());
  return key;
}

Result<ApiKeyText> parse_api_key(std::string_view text) {
  const Error malformed{Errc::invalid_argument, "an API key is rk_<id>_<43 characters>"};
  if (!text.starts_with(kPrefix) || text.size() < kPrefix.size() + 2 + kSecretSize) return malformed;
  const std::string_view secret = text.substr(text.size() - kSecretSize);
  const std::string_view id = text.substr(kPrefix.size(), text.size() - kPrefix.size() - kSecretSize - 1);
  if (text[text.size() - kSecretSize - 1] != '_' || !is_id(id) || !is_secret(secret)) return malformed;
  return ApiKeyText{std::string(id), std::string(secret)};
}

std::string hash_secret(std::string_view secret) {
  initialise();
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash;
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(secret.data()), secret.size());
  return to_hex({reinterpret_cast<const char*>(hash.data()), hash.size()});
}

bool same_hash(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace rapport
