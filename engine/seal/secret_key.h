// A secret of 32 random bytes: the master key of an engine, a contact's key.
//
// Invariants: its memory is overwritten when it goes; it is never printed.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace rapport {

class SecretKey {
 public:
  static constexpr std::size_t kSize = 32;

  SecretKey() = default;
  ~SecretKey();
  SecretKey(const SecretKey&) = default;
  SecretKey& operator=(const SecretKey&) = default;

  static SecretKey draw();
  unsigned char* data() { return bytes_.data(); }
  const unsigned char* data() const { return bytes_.data(); }
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes_.data()), kSize}; }

 private:
  std::array<unsigned char, kSize> bytes_{};
};

// 64 hex digits, as an operator keeps one. Nothing: it is none.
std::optional<SecretKey> parse_secret_key(std::string_view text);
std::string secret_key_text(const SecretKey& key);

// Enciphers with XChaCha20-Poly1305 under a random nonce, which stands before the text and its tag. `bound` is not in
// the result and must be the same to open it.
std::string seal_bytes(const SecretKey& key, std::string_view text, std::string_view bound);
// Nothing: another key, other bound bytes, or damage.
std::optional<std::string> open_bytes(const SecretKey& key, std::string_view sealed, std::string_view bound);

}  // namespace rapport
