// The C library's calls on names: rename, link, mkdir, unlink and their kin.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <functional>

#include "tests/faults/watch.h"

namespace rapport::faults {
namespace {

// One that changes `path`, which is empty where it is not watched, and is done by `real`. Where it makes another name
// of it, that name is what fails.
int change(CallKind kind, CallDone done, const std::string& path, const std::string& other,
           const std::function<long()>& real) {
  if (path.empty()) return static_cast<int>(real());
  if (is_to_fail(kind, other.empty() ? path : other)) return -1;
  Watch& watch = Watch::get();
  const std::lock_guard lock(watch.mutex);
  const int returned = static_cast<int>(real());
  if (returned == 0) watch.journal.write({done}, path, other);
  return returned;
}

int rename_at(int from_directory, const char* from, int to_directory, const char* to) {
  const Watch& watch = Watch::get();
  return change(CallKind::rename, CallDone::renamed, watch.path_at(from_directory, from),
                watch.path_at(to_directory, to),
                [&] { return ::syscall(SYS_renameat, from_directory, from, to_directory, to); });
}

int link_at(int from_directory, const char* from, int to_directory, const char* to, int flags) {
  const Watch& watch = Watch::get();
  return change(CallKind::rename, CallDone::linked, watch.path_at(from_directory, from),
                watch.path_at(to_directory, to),
                [&] { return ::syscall(SYS_linkat, from_directory, from, to_directory, to, flags); });
}

int make_directory_at(int directory, const char* path, mode_t mode) {
  return change(CallKind::rename, CallDone::made, Watch::get().path_at(directory, path), {},
                [&] { return ::syscall(SYS_mkdirat, directory, path, mode); });
}

int unlink_at(int directory, const char* path, int flags) {
  return change(CallKind::remove, CallDone::removed, Watch::get().path_at(directory, path), {},
                [&] { return ::syscall(SYS_unlinkat, directory, path, flags); });
}

}  // namespace
}  // namespace rapport::faults

using namespace rapport::faults;  // only the C library's names follow

extern "C" {

int rename(const char* from, const char* to) noexcept { return rename_at(AT_FDCWD, from, AT_FDCWD, to); }
int renameat(int from_directory, const char* from, int to_directory, const char* to) noexcept {
  return rename_at(from_directory, from, to_directory, to);
}
int link(const char* from, const char* to) noexcept { return link_at(AT_FDCWD, from, AT_FDCWD, to, 0); }
int linkat(int from_directory, const char* from, int to_directory, const char* to, int flags) noexcept {
  return link_at(from_directory, from, to_directory, to, flags);
}
int mkdir(const char* path, mode_t mode) noexcept { return make_directory_at(AT_FDCWD, path, mode); }
int mkdirat(int directory, const char* path, mode_t mode) noexcept { return make_directory_at(directory, path, mode); }

int unlink(const char* path) noexcept { return unlink_at(AT_FDCWD, path, 0); }
int unlinkat(int directory, const char* path, int flags) noexcept { return unlink_at(directory, path, flags); }
int rmdir(const char* path) noexcept { return unlink_at(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char* path) noexcept {
  struct stat there;
  const bool is_directory = ::lstat(path, &there) == 0 && S_ISDIR(there.st_mode);
  return unlink_at(AT_FDCWD, path, is_directory ? AT_REMOVEDIR : 0);
}

}  // extern "C"
