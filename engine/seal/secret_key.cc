#include "engine/seal/secret_key.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "projections/store/durable_file.h"
#include "projections/store/file_handle.h"

namespace rapport {
namespace {

constexpr std::size_t kNonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagSize = crypto_aead_xchacha20poly1305_ietf_ABYTES;

static_assert(SecretKey::kSize == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

namespace fs = std::filesystem;

fs::path directory_of(const fs::path& path) { return fs::absolute(path).parent_path(); }

Result<void> write_key(const fs::path& path) {
  const FileHandle file(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (file.get() < 0) return storage_error(path, "cannot be made", errno);
  RAPPORT_TRY(write_all(file, path, secret_key_text(SecretKey::draw()) + "\n"));
  return sync_file(file, path);
}

// It gets its name once it is whole and synced: a file that a crash left half written would be a key that is none, and
// one that a power loss takes back takes all that is sealed with it. One that another made meanwhile stands.
Result<void> make_key_file(const fs::path& path) {
  RAPPORT_TRY(make_directories(directory_of(path)));
  const fs::path draft = path.string() + "." + std::to_string(::getpid()) + ".new";
  auto made = write_key(draft);
  if (made && ::link(draft.c_str(), path.c_str()) != 0 && errno != EEXIST) {
    made = storage_error(path, "cannot be made", errno);
  }
  (void)::unlink(draft.c_str());
  return made;
}

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

Result<SecretKey> read_or_make_key_file(const fs::path& path) {
  auto text = read_text(path);
  if (!text) return text.error();
  if (!*text) {
    RAPPORT_TRY(make_key_file(path));
    text = read_text(path);
    if (!text) return text.error();
    if (!*text) return storage_error(path, "cannot be read", ENOENT);
  }
  // Whoever made it may not have come to sync its entry. In a directory that we may not read we have made nothing.
  const fs::path directory = directory_of(path);
  if (::access(directory.c_str(), R_OK) == 0) RAPPORT_TRY(sync_directory(directory));
  struct stat about {};
  if (::stat(path.c_str(), &about) == 0 && (about.st_mode & 077) != 0) {
    return Error{Errc::invalid_argument, "others than its owner may read it: chmod 600", path.string()};
  }
  std::string_view hex = **text;
  while (!hex.empty() && (hex.back() == '\n' || hex.back() == '\r')) hex.remove_suffix(1);
  const auto key = parse_secret_key(hex);
  if (!key) return Error{Errc::invalid_argument, "does not hold a key: 64 hex digits", path.string()};
  return *key;
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
