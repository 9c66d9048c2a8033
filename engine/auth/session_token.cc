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

std::string SessionTokens::issue(std::string_view key_id, Timestamp now) {
  const std::int64_t end_ms = now.ms + std::chrono::milliseconds(kSessionLifetime).count();
  const std::string text = std::string(key_id) + '.' + std::to_string(end_ms) + '.' + std::to_string(++newest_);
  return text + '.' + mac(text);
}

Result<SessionFacts> SessionTokens::verify(std::string_view token, Timestamp now) const {
  const Error refused{Errc::unauthorized, "the session is not known, or over"};
  const auto last = token.rfind('.');
  if (last == std::string_view::npos) return refused;
  std::string_view text = token.substr(0, last);
  if (!same_hash(mac(text), token.substr(last + 1))) return refused;
  // We wrote what stands before that.
  const auto take_number = [&text] {
    const auto dot = text.rfind('.');
    const std::string_view digits = text.substr(dot + 1);
    std::int64_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    text = text.substr(0, dot);
    return number;
  };
  const auto number = static_cast<std::uint64_t>(take_number());
  const Timestamp end{take_number()};
  if (now >= end) return refused;
  return SessionFacts{std::string(text), number, end};
}

}  // namespace rapport
