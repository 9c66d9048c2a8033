#include "tests/store/full_directory.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <deque>
#include <string>
#include <string_view>

namespace rapport {
namespace {

std::atomic<const std::string*> full_directory{nullptr};

bool lies_on_a_full_disk(int descriptor) {
  const std::string* directory = full_directory;
  if (directory == nullptr) return false;
  std::array<char, 4'096> path;
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const auto size = ::readlink(link.c_str(), path.data(), path.size());
  return size > 0 && std::string_view(path.data(), static_cast<std::size_t>(size)).starts_with(*directory);
}

}  // namespace

// The text stays: a thread may be looking at it, until the process ends.
FullDirectory::FullDirectory(const std::filesystem::path& directory) {
  static auto& kept = *new std::deque<std::string>;
  full_directory = &kept.emplace_back(std::filesystem::canonical(directory).string() + "/");
}
FullDirectory::~FullDirectory() { full_directory = nullptr; }

}  // namespace rapport

extern "C" ssize_t write(int descriptor, const void* bytes, std::size_t size) {
  if (!rapport::lies_on_a_full_disk(descriptor)) return ::syscall(SYS_write, descriptor, bytes, size);
  errno = ENOSPC;
  return -1;
}

extern "C" int fallocate(int descriptor, int mode, off_t offset, off_t size) {
  if (!rapport::lies_on_a_full_disk(descriptor)) {
    return static_cast<int>(::syscall(SYS_fallocate, descriptor, mode, offset, size));
  }
  errno = ENOSPC;
  return -1;
}
