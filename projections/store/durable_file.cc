#include "projections/store/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "projections/store/file_handle.h"

namespace rapport {
namespace {

namespace fs = std::filesystem;

// The directory that holds it; "data" stands in ".".
fs::path parent_of(const fs::path& path) {
  const fs::path parent = path.has_filename() ? path.parent_path() : path.parent_path().parent_path();
  return parent.empty() ? fs::path(".") : parent;
}

}  // namespace

Error storage_error(const fs::path& path, const std::string& what, int error) {
  return {Errc::storage_failed, what + ": " + std::error_code(error, std::generic_category()).message(), path.string()};
}

Result<std::optional<std::string>> read_text(const fs::path& path) {
  const FileHandle from(path, O_RDONLY);
  if (from.get() < 0 && errno == ENOENT) return std::optional<std::string>{};
  if (from.get() < 0) return storage_error(path, "cannot be opened", errno);
  std::string text;
  char piece[4'096];
  for (;;) {
    const auto got = ::read(from.get(), piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return storage_error(path, "cannot be read", errno);
    if (got == 0) return std::optional<std::string>(std::move(text));
    text.append(piece, static_cast<std::size_t>(got));
  }
}

Result<void> replace_text(const fs::path& path, std::string_view text) {
  const fs::path draft = path.string() + ".new";
  {
    const FileHandle to(draft, O_WRONLY | O_CREAT | O_TRUNC);
    if (to.get() < 0) return storage_error(draft, "cannot be written", errno);
    RAPPORT_TRY(write_all(to, draft, text));
    RAPPORT_TRY(sync_file(to, draft));
  }
  if (::rename(draft.c_str(), path.c_str()) != 0) return storage_error(path, "cannot be renamed", errno);
  return sync_directory(parent_of(path));
}

Result<void> remove_file(const fs::path& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return storage_error(path, "cannot be deleted", errno);
  return sync_directory(parent_of(path));
}

Result<void> make_directories(const fs::path& path) {
  struct stat there {};
  const fs::path parent = parent_of(path);
  if (::stat(path.c_str(), &there) == 0) {
    if (!S_ISDIR(there.st_mode)) return storage_error(path, "cannot be made", ENOTDIR);
    // Who made it may not have come to sync its entry. A parent that we may not read is none that we make things in.
    return ::access(parent.c_str(), R_OK) == 0 ? sync_directory(parent) : Result<void>();
  }
  if (errno != ENOENT && errno != ENOTDIR) return storage_error(path, "cannot be made", errno);
  RAPPORT_TRY(make_directories(parent));
  if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) return storage_error(path, "cannot be made", errno);
  return sync_directory(parent);
}

Result<void> sync_directory(const fs::path& path) {
  const FileHandle directory(path, O_RDONLY | O_DIRECTORY);
  if (directory.get() < 0) return storage_error(path, "cannot be opened", errno);
  return sync_file(directory, path);
}

}  // namespace rapport
