// What a test and the preload library in its child share, in a page of memory mapped from a file: which file calls are
// to fail, and how many there were.
//
// Invariants: zeros mean that nothing fails. The test arms it; the child counts. Lives as long as the file.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rapport::faults {

// What a call is to the disk, whatever its name. Nothing else fails.
enum class CallKind : std::uint8_t {
  open,    // open, openat, fopen, opendir
  read,    // read, pread, fread
  write,   // write, pwrite, writev, fwrite, fflush
  sync,    // fsync, fdatasync, sync_file_range
  rename,  // rename, link, mkdir: a name that is made
  remove,  // unlink, rmdir, remove
  resize,  // ftruncate, truncate, fallocate
};
inline constexpr std::size_t kCallKinds = 7;
inline constexpr std::array<std::string_view, kCallKinds> kCallKindNames{"open",   "read",   "write", "sync",
                                                                         "rename", "remove", "resize"};

constexpr std::size_t index_of(CallKind kind) { return static_cast<std::size_t>(kind); }
constexpr std::uint32_t bit_of(CallKind kind) { return 1u << static_cast<unsigned>(kind); }

// In place of an errno: the call writes half of what it is given, and says so.
inline constexpr std::int32_t kShortWrite = -1;
// In place of an errno: the process is killed before the call is done.
inline constexpr std::int32_t kKill = -2;

// Whether the path, below the watched directory, is of the pattern: '*' stands for any part of a name, none included.
constexpr bool is_of_pattern(std::string_view path, std::string_view pattern) {
  if (pattern.empty()) return path.empty();
  if (pattern.front() != '*') {
    return !path.empty() && path.front() == pattern.front() && is_of_pattern(path.substr(1), pattern.substr(1));
  }
  if (is_of_pattern(path, pattern.substr(1))) return true;
  return !path.empty() && path.front() != '/' && is_of_pattern(path.substr(1), pattern);
}

struct FaultBoard {
  static constexpr std::size_t kNameMax = 500;

  std::array<std::atomic<std::uint64_t>, kCallKinds> calls;  // of each kind
  // Of the calls of these kinds the nth fails, counted from 1, and with from_then_on every one behind it.
  std::atomic<std::uint32_t> kinds;
  std::array<char, kNameMax> pattern;  // of the paths meant, below the watched directory; empty: all
  std::atomic<std::uint64_t> nth;
  std::atomic<std::uint32_t> from_then_on;
  std::atomic<std::int32_t> error;
  std::atomic<std::uint64_t> matching;  // calls of these kinds so far
  std::atomic<std::uint64_t> failed;    // of them
  // Syncs say that they are done and do nothing: a disk that lies.
  std::atomic<std::uint32_t> syncs_lie;
  std::array<char, kNameMax> first_failed;  // path of the first call that failed, with a zero behind it
};

// How the preload library is told what to do.
inline constexpr const char* kDirectoryVariable = "RAPPORT_FAULTS_BELOW";  // calls elsewhere are left alone
inline constexpr const char* kBoardVariable = "RAPPORT_FAULTS_BOARD";      // the file; unset: nothing fails
inline constexpr const char* kJournalVariable = "RAPPORT_FAULTS_JOURNAL";  // the file; unset: no journal

}  // namespace rapport::faults
