// The C library's calls on open files, in front of the C library's own: what the preload library is there for. Calls on
// files that are not watched go through as they are.
//
// A watched file is never really synced: nothing here outlives the machine, and what a power loss leaves is worked out
// from the journal.
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdlib>

#include "tests/faults/watch.h"

namespace rapport::faults {
namespace {

ssize_t result(long returned) { return static_cast<ssize_t>(returned); }
std::string_view bytes_at(const void* bytes, ssize_t size) {
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

// `directory` AT_FDCWD for a call that has none.
int open_at(int directory, const char* path, int flags, mode_t mode) {
  Watch& watch = Watch::get();
  const std::string whole = watch.path_at(directory, path);
  if (!whole.empty() && is_to_fail(CallKind::open, whole)) return -1;
  const std::lock_guard lock(watch.mutex);
  const int opened = static_cast<int>(::syscall(SYS_openat, directory, path, flags, mode));
  const int error = errno;
  if (opened >= 0) watch.opened(opened, whole, flags);
  errno = error;
  return opened;
}

mode_t mode_of(int flags, va_list arguments) {
  return (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

// How much of `size` is to be written; -1: nothing, it fails.
ssize_t allowed(const WatchedFile& file, std::size_t size) {
  const int error = Watch::get().fault(CallKind::write, file.path);
  if (error == kShortWrite) return static_cast<ssize_t>(size > 1 ? size / 2 : size);
  if (error != 0) errno = error;
  return error != 0 ? -1 : static_cast<ssize_t>(size);
}

ssize_t write_through(int descriptor, const void* bytes, std::size_t size) {
  Watch& watch = Watch::get();
  const WatchedFile* file = watch.file_of(descriptor);
  const bool told = descriptor == STDOUT_FILENO && watch.journal.is_on();
  if (file == nullptr && !told) return result(::syscall(SYS_write, descriptor, bytes, size));
  const ssize_t room = file != nullptr ? allowed(*file, size) : static_cast<ssize_t>(size);
  if (room < 0) return -1;
  const std::lock_guard lock(watch.mutex);
  const ssize_t written = result(::syscall(SYS_write, descriptor, bytes, room));
  if (written <= 0) return written;
  if (file == nullptr) {
    watch.journal.write({CallDone::said}, {}, {}, bytes_at(bytes, written));
  } else {
    const auto end = static_cast<std::uint64_t>(::syscall(SYS_lseek, descriptor, 0, SEEK_CUR));
    watch.journal.write({CallDone::wrote, file->number, end - static_cast<std::uint64_t>(written)}, {}, {},
                        bytes_at(bytes, written));
  }
  return written;
}

ssize_t pwrite_through(int descriptor, const void* bytes, std::size_t size, off_t offset) {
  Watch& watch = Watch::get();
  const WatchedFile* file = watch.file_of(descriptor);
  if (file == nullptr) return result(::syscall(SYS_pwrite64, descriptor, bytes, size, offset));
  const ssize_t room = allowed(*file, size);
  if (room < 0) return -1;
  const std::lock_guard lock(watch.mutex);
  const ssize_t written = result(::syscall(SYS_pwrite64, descriptor, bytes, room, offset));
  if (written > 0) {
    watch.journal.write({CallDone::wrote, file->number, static_cast<std::uint64_t>(offset)}, {}, {},
                        bytes_at(bytes, written));
  }
  return written;
}

bool read_fails(int descriptor) {
  const WatchedFile* file = Watch::get().file_of(descriptor);
  return file != nullptr && is_to_fail(CallKind::read, file->path);
}

// `real` is the call's number.
int sync_through(int descriptor, long real) {
  Watch& watch = Watch::get();
  const WatchedFile* file = watch.file_of(descriptor);
  if (file == nullptr) return static_cast<int>(::syscall(real, descriptor));
  if (is_to_fail(CallKind::sync, file->path)) return -1;
  const std::lock_guard lock(watch.mutex);
  if (!watch.syncs_lie()) watch.journal.write({CallDone::synced, file->number}, file->path);
  return 0;
}

int resize_through(int descriptor, off_t size) {
  Watch& watch = Watch::get();
  const WatchedFile* file = watch.file_of(descriptor);
  if (file != nullptr && is_to_fail(CallKind::resize, file->path)) return -1;
  const std::lock_guard lock(watch.mutex);
  const int done = static_cast<int>(::syscall(SYS_ftruncate, descriptor, size));
  if (done == 0 && file != nullptr) {
    watch.journal.write({CallDone::resized, file->number, static_cast<std::uint64_t>(size)}, {});
  }
  return done;
}

// Room that is set aside beyond the file's end is nothing that a reader sees; what makes the file longer is.
int set_aside(int descriptor, int mode, off_t offset, off_t size) {
  Watch& watch = Watch::get();
  const WatchedFile* file = watch.file_of(descriptor);
  if (file == nullptr) return static_cast<int>(::syscall(SYS_fallocate, descriptor, mode, offset, size));
  if (is_to_fail(CallKind::resize, file->path)) return -1;
  if ((mode & ~FALLOC_FL_KEEP_SIZE) != 0) std::abort();  // a hole: nobody punches one today
  const std::lock_guard lock(watch.mutex);
  struct stat now;
  if (::syscall(SYS_fstat, descriptor, &now) != 0) return -1;
  if ((mode & FALLOC_FL_KEEP_SIZE) == 0 && now.st_size < offset + size) {
    if (::syscall(SYS_ftruncate, descriptor, offset + size) != 0) return -1;
    watch.journal.write({CallDone::resized, file->number, static_cast<std::uint64_t>(offset + size)}, {});
  }
  return 0;
}

}  // namespace
}  // namespace rapport::faults

using namespace rapport::faults;  // only the C library's names follow

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_at(AT_FDCWD, path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_at(AT_FDCWD, path, flags, mode);
}
int openat(int directory, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_at(directory, path, flags, mode);
}
int openat64(int directory, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_at(directory, path, flags, mode);
}
int creat(const char* path, mode_t mode) { return open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode); }

int close(int descriptor) {
  Watch::get().closed(descriptor);
  return static_cast<int>(::syscall(SYS_close, descriptor));
}

ssize_t read(int descriptor, void* to, size_t size) {
  return read_fails(descriptor) ? -1 : result(::syscall(SYS_read, descriptor, to, size));
}
ssize_t pread(int descriptor, void* to, size_t size, off_t offset) {
  return read_fails(descriptor) ? -1 : result(::syscall(SYS_pread64, descriptor, to, size, offset));
}
ssize_t pread64(int descriptor, void* to, size_t size, off64_t offset) { return pread(descriptor, to, size, offset); }

ssize_t write(int descriptor, const void* bytes, size_t size) { return write_through(descriptor, bytes, size); }
ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
  return pwrite_through(descriptor, bytes, size, offset);
}
ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off64_t offset) {
  return pwrite_through(descriptor, bytes, size, offset);
}
ssize_t writev(int descriptor, const iovec* pieces, int count) {
  if (Watch::get().file_of(descriptor) == nullptr) return result(::syscall(SYS_writev, descriptor, pieces, count));
  std::string all;
  for (int i = 0; i < count; ++i) all.append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
  return write_through(descriptor, all.data(), all.size());
}
// The journal does not see what they write: their callers have another way.
ssize_t sendfile(int to, int from, off_t* offset, size_t size) noexcept {
  if (Watch::get().file_of(to) == nullptr) return result(::syscall(SYS_sendfile, to, from, offset, size));
  errno = EINVAL;
  return -1;
}
ssize_t copy_file_range(int from, off64_t* from_offset, int to, off64_t* to_offset, size_t size, unsigned int flags) {
  if (Watch::get().file_of(to) == nullptr) {
    return result(::syscall(SYS_copy_file_range, from, from_offset, to, to_offset, size, flags));
  }
  errno = EINVAL;
  return -1;
}

int fsync(int descriptor) { return sync_through(descriptor, SYS_fsync); }
int fdatasync(int descriptor) { return sync_through(descriptor, SYS_fdatasync); }
// Begins to write and promises nothing: no sync to the journal. Without flags it does nothing at all, so nothing of it
// fails: RocksDB asks that way whether the system has the call, and asserts the answer.
int sync_file_range(int descriptor, off64_t offset, off64_t size, unsigned int flags) {
  const WatchedFile* file = Watch::get().file_of(descriptor);
  if (file == nullptr) return static_cast<int>(::syscall(SYS_sync_file_range, descriptor, offset, size, flags));
  return flags != 0 && is_to_fail(CallKind::sync, file->path) ? -1 : 0;
}

int ftruncate(int descriptor, off_t size) noexcept { return resize_through(descriptor, size); }
int ftruncate64(int descriptor, off64_t size) noexcept { return resize_through(descriptor, size); }
int fallocate(int descriptor, int mode, off_t offset, off_t size) { return set_aside(descriptor, mode, offset, size); }
int fallocate64(int descriptor, int mode, off64_t offset, off64_t size) {
  return set_aside(descriptor, mode, offset, size);
}
int posix_fallocate(int descriptor, off_t offset, off_t size) {
  return set_aside(descriptor, 0, offset, size) == 0 ? 0 : errno;
}

}  // extern "C"
