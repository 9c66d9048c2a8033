#include "engine/generations/durable_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

namespace rapport {

namespace fs = std::filesystem;

Error storage_error(const fs::path& path, const std::string& what, int error) {
  return {Errc::storage_failed, what + ": " + std::error_code(error, std::generic_category()).message(), path.string()};
}

Result<std::string> read_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return Error{Errc::storage_failed, "cannot be read", path.string()};
  return std::move(text).str();
}

Result<void> sync_directory(const fs::path& path) {
  const int handle = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return storage_error(path, "cannot be opened", errno);
  const int failed = ::fsync(handle) != 0 ? errno : 0;
  ::close(handle);
  if (failed != 0) return storage_error(path, "cannot be synced", failed);
  return {};
}

Result<void> replace_text(const fs::path& path, std::string_view text) {
  const fs::path draft = path.string() + ".new";
  const int handle = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (handle < 0) return storage_error(draft, "cannot be written", errno);
  int failed = 0;
  if (::write(handle, text.data(), text.size()) != static_cast<ssize_t>(text.size())) failed = errno != 0 ? errno : EIO;
  if (failed == 0 && ::fsync(handle) != 0) failed = errno;
  ::close(handle);
  if (failed != 0) return storage_error(draft, "cannot be written", failed);
  if (::rename(draft.c_str(), path.c_str()) != 0) return storage_error(path, "cannot be renamed", errno);
  return sync_directory(path.parent_path());
}

}  // namespace rapport
