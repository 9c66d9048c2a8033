#include "engine/auth/session_token.h"

#include <sodium.h>

#include <charconv>

#include "engine/auth/api_key.h"

namespace rapport {

static_assert(crypto_auth_KEYBYTES == 32);

SessionTokens::SessionTokens() {
  if (sodium_init() < 0) panic("libsodium does not start");
  crypto_auth_keygen(secret_.data());
}

std::string SessionTokens::mac(std::string_view text) const {
  std::array<unsigned char, crypto_auth_BYTES> bytes;
  crypto_auth(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size(), secret_.data());
  std::array<char, sodium_base64_ENCODED_LEN(crypto_auth_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)> out;
  sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  return out.data();
}

std::string SessionTokens::issue(std::string_view key_id, Timestamp now) const {
  const std::int64_t end_ms = now.ms + std::chrono::milliseconds(kSessionLifetime).count();
  const std::string text = std::string(key_id) + '.' + std::to_string(end_ms);
  return text + '.' + mac(text);
}

Result<std::string> SessionTokens::verify(std::string_view token, Timestamp now) const {
  const Error refused{Errc::unauthorized, "the session is not known, or over"};
  const auto last = token.rfind('.');
  const auto middle = last == std::string_view::npos || last == 0 ? last : token.rfind('.', last - 1);
  if (middle == std::string_view::npos || last == 0) return refused;
  const std::string_view text = token.substr(0, last);
  if (!same_hash(mac(text), token.substr(last + 1))) return refused;
  std::int64_t end_ms = 0;
  std::from_chars(text.data() + middle + 1, text.data() + text.size(), end_ms);
  if (now.ms >= end_ms) return refused;
  return std::string(text.substr(0, middle));
}

}  // namespace rapport
