// The C library's streams (FILE, DIR): inside it they call what nobody can stand in front of, so they fail here. What a
// stream writes stands in no journal: after a power loss such a file is there and empty, as one that was never synced
// may be.
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/faults/watch.h"

namespace rapport::faults {
namespace {

// The function that is next behind ours.
template <class Function>
Function* next(const char* name) {
  void* found = ::dlsym(RTLD_NEXT, name);
  if (found == nullptr) std::abort();
  return reinterpret_cast<Function*>(found);
}

int flags_of(const char* mode) {
  const int read_or_write = std::strchr(mode, '+') != nullptr ? O_RDWR : mode[0] == 'r' ? O_RDONLY : O_WRONLY;
  return read_or_write | (mode[0] == 'r' ? 0 : O_CREAT) | (mode[0] == 'w' ? O_TRUNC : 0);
}

std::FILE* open_stream(const char* path, const char* mode) {
  static auto* real = next<std::FILE*(const char*, const char*)>("fopen64");
  Watch& watch = Watch::get();
  const std::string whole = watch.path_at(AT_FDCWD, path);
  if (!whole.empty() && is_to_fail(CallKind::open, whole)) return nullptr;
  const std::lock_guard lock(watch.mutex);
  std::FILE* stream = real(path, mode);
  if (stream != nullptr) watch.opened(::fileno(stream), whole, flags_of(mode));
  return stream;
}

// Sets errno where it is.
bool is_to_fail_on(CallKind kind, std::FILE* stream) {
  const WatchedFile* file = stream != nullptr ? Watch::get().file_of(::fileno(stream)) : nullptr;
  if (file == nullptr) return false;
  const int error = Watch::get().fault(kind, file->path);
  if (error != 0) errno = error == kShortWrite ? EIO : error;
  return error != 0;
}

}  // namespace
}  // namespace rapport::faults

using namespace rapport::faults;  // only the C library's names follow

extern "C" {

FILE* fopen(const char* path, const char* mode) { return open_stream(path, mode); }
FILE* fopen64(const char* path, const char* mode) { return open_stream(path, mode); }

int fclose(FILE* stream) {
  static auto* real = next<int(FILE*)>("fclose");
  Watch::get().closed(::fileno(stream));
  return real(stream);
}

size_t fread(void* to, size_t size, size_t count, FILE* stream) {
  static auto* real = next<size_t(void*, size_t, size_t, FILE*)>("fread");
  return is_to_fail_on(CallKind::read, stream) ? 0 : real(to, size, count, stream);
}
size_t fread_unlocked(void* to, size_t size, size_t count, FILE* stream) {
  static auto* real = next<size_t(void*, size_t, size_t, FILE*)>("fread_unlocked");
  return is_to_fail_on(CallKind::read, stream) ? 0 : real(to, size, count, stream);
}
size_t fwrite(const void* bytes, size_t size, size_t count, FILE* stream) {
  static auto* real = next<size_t(const void*, size_t, size_t, FILE*)>("fwrite");
  return is_to_fail_on(CallKind::write, stream) ? 0 : real(bytes, size, count, stream);
}
int fflush(FILE* stream) {
  static auto* real = next<int(FILE*)>("fflush");
  return is_to_fail_on(CallKind::write, stream) ? EOF : real(stream);
}

DIR* opendir(const char* path) {
  static auto* real = next<DIR*(const char*)>("opendir");
  const std::string whole = Watch::get().path_at(AT_FDCWD, path);
  return !whole.empty() && is_to_fail(CallKind::open, whole) ? nullptr : real(path);
}
int closedir(DIR* directory) {
  static auto* real = next<int(DIR*)>("closedir");
  Watch::get().closed(::dirfd(directory));
  return real(directory);
}

}  // extern "C"
