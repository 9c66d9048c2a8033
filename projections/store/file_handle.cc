#include "projections/store/file_handle.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "projections/store/durable_file.h"

namespace rapport {

FileHandle::FileHandle(const std::filesystem::path& path, int flags, unsigned mode)
    : handle_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}

FileHandle::~FileHandle() {
  if (handle_ >= 0) ::close(handle_);
}

Result<void> write_all(const FileHandle& to, const std::filesystem::path& path, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(to.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return storage_error(path, "cannot be written", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> sync_file(const FileHandle& file, const std::filesystem::path& path) {
  if (::fsync(file.get()) != 0) return storage_error(path, "cannot be synced", errno);
  return {};
}

}  // namespace rapport
