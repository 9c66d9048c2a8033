// A file's size and SHA-256: what `sha256sum` prints of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "events/result.h"

namespace rapport {

struct FileDigest {
  std::uint64_t size = 0;
  std::string sha256;  // 64 hex digits

  friend bool operator==(const FileDigest&, const FileDigest&) = default;
};

// Told of each piece of a file that was read; false stops.
using BytesRead = std::function<bool(std::uint64_t bytes)>;

std::string sha256_hex(std::string_view bytes);

// Errors of both: not_found, storage_failed, shutting_down (`read` said stop); `field` is the path.
[[nodiscard]] Result<FileDigest> digest_file(const std::filesystem::path& path, const BytesRead& read);
// Copies the file, synced, and digests what it reads on the way. `to` must not exist.
[[nodiscard]] Result<FileDigest> copy_file(const std::filesystem::path& from, const std::filesystem::path& to,
                                           const BytesRead& read);

}  // namespace rapport
