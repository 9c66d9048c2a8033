#include "engine/backup/file_digest.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>
#include <vector>

#include "projections/store/durable_file.h"
#include "projections/store/file_handle.h"

namespace rapport {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPieceBytes = 1u << 20;

class Sha256 {
 public:
  Sha256() { crypto_hash_sha256_init(&state_); }
  void add(const unsigned char* bytes, std::size_t size) { crypto_hash_sha256_update(&state_, bytes, size); }
  std::string hex() {
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash;
    crypto_hash_sha256_final(&state_, hash.data());
    std::string out(hash.size() * 2 + 1, '\0');
    sodium_bin2hex(out.data(), out.size(), hash.data(), hash.size());
    out.pop_back();
    return out;
  }

 private:
  crypto_hash_sha256_state state_;
};

// Reads `from` piece by piece; `to`, where there is one, takes the same bytes.
Result<FileDigest> pass_through(const fs::path& from, const FileHandle* to, const fs::path& to_path,
                                const BytesRead& read) {
  const FileHandle in(from, O_RDONLY);
  if (in.get() < 0 && errno == ENOENT) return Error{Errc::not_found, "is not there", from.string()};
  if (in.get() < 0) return storage_error(from, "cannot be opened", errno);
  std::vector<unsigned char> piece(kPieceBytes);
  Sha256 hash;
  FileDigest out;
  for (;;) {
    const auto got = ::read(in.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return storage_error(from, "cannot be read", errno);
    if (got == 0) break;
    const auto size = static_cast<std::size_t>(got);
    hash.add(piece.data(), size);
    out.size += size;
    if (to) RAPPORT_TRY(write_all(*to, to_path, {reinterpret_cast<const char*>(piece.data()), size}));
    if (!read(size)) return Error{Errc::shutting_down, "was stopped", from.string()};
  }
  out.sha256 = hash.hex();
  return out;
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  Sha256 hash;
  hash.add(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  return hash.hex();
}

Result<FileDigest> digest_file(const fs::path& path, const BytesRead& read) {
  return pass_through(path, nullptr, path, read);
}

Result<FileDigest> copy_file(const fs::path& from, const fs::path& to, const BytesRead& read) {
  const FileHandle out(to, O_WRONLY | O_CREAT | O_EXCL);
  if (out.get() < 0) return storage_error(to, "cannot be made", errno);
  auto digest = pass_through(from, &out, to, read);
  if (!digest) return digest;
  RAPPORT_TRY(sync_file(out, to));
  return digest;
}

}  // namespace rapport
