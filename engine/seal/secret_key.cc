#include "engine/seal/secret_key.h"

#include <sodium.h>

namespace rapport {
namespace {

constexpr std::size_t kNonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagSize = crypto_aead_xchacha20poly1305_ietf_ABYTES;

static_assert(SecretKey::kSize == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

}  // namespace

SecretKey::~SecretKey() { sodium_memzero(bytes_.data(), bytes_.size()); }

SecretKey SecretKey::draw() {
  SecretKey key;
  randombytes_buf(key.data(), kSize);
  return key;
}

std::optional<SecretKey> parse_secret_key(std::string_view text) {
  SecretKey key;
  std::size_t size = 0;
  if (text.size() != 2 * SecretKey::kSize) return std::nullopt;
  if (sodium_hex2bin(key.data(), SecretKey::kSize, text.data(), text.size(), nullptr, &size, nullptr) != 0 ||
      size != SecretKey::kSize) {
    return std::nullopt;
  }
  return key;
}

std::string secret_key_text(const SecretKey& key) {
  std::string text(2 * SecretKey::kSize + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), key.data(), SecretKey::kSize);
  text.pop_back();
  return text;
}

std::string seal_bytes(const SecretKey& key, std::string_view text, std::string_view bound) {
  std::string out(kNonceSize + text.size() + kTagSize, '\0');
  randombytes_buf(out.data(), kNonceSize);
  unsigned long long size = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(bytes(out) + kNonceSize, &size, bytes(text), text.size(), bytes(bound),
                                             bound.size(), nullptr, bytes(out), key.data());
  return out;
}

std::optional<std::string> open_bytes(const SecretKey& key, std::string_view sealed, std::string_view bound) {
  if (sealed.size() < kNonceSize + kTagSize) return std::nullopt;
  std::string out(sealed.size() - kNonceSize - kTagSize, '\0');
  unsigned long long size = 0;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(bytes(out), &size, nullptr, bytes(sealed) + kNonceSize,
                                                 sealed.size() - kNonceSize, bytes(bound), bound.size(), bytes(sealed),
                                                 key.data()) != 0) {
    return std::nullopt;
  }
  return out;
}

}  // namespace rapport
