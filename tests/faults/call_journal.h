// A journal of what a process did to files below one directory, in the order in which it did it: enough to know what a
// disk holds at any moment, and what of it was synced (simulated_disk.h).
//
//   head, path, other path, bytes; the next head; ...
//
// Invariants: an entry is written behind the call, which had succeeded, and before any other call on such a file
// begins. A process killed between the two has done one thing more than the journal says, which nobody can have seen.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace rapport::faults {

enum class CallDone : std::uint32_t {
  opened,   // `file` stands for `path` from now on; offset: the flags
  wrote,    // bytes of `file`, at offset
  resized,  // `file`, to offset bytes
  synced,   // `file`, opened as `path`
  made,     // the directory `path`
  renamed,  // `path` to `other`
  linked,   // `other` is a second name of `path`
  removed,  // `path`
  said,     // bytes, on standard output: what the process has told the world
};

struct JournalHead {
  CallDone call;
  std::uint32_t file = 0;
  std::uint64_t offset = 0;
  std::uint32_t path_size = 0, other_size = 0;
  std::uint64_t bytes_size = 0;
};

struct JournalEntry {
  CallDone call;
  std::uint32_t file;
  std::uint64_t offset;
  std::string path, other, bytes;
};

// In the process that is watched. Not thread-safe.
class JournalWriter {
 public:
  // `handle` takes the bytes; -1: nothing is written.
  explicit JournalWriter(int handle) : handle_(handle) {}
  bool is_on() const { return handle_ >= 0; }
  void write(JournalHead head, std::string_view path, std::string_view other = {}, std::string_view bytes = {});

 private:
  int handle_;
};

// All whole entries: a kill may have cut the last one short.
std::vector<JournalEntry> read_journal(const std::filesystem::path& path);

}  // namespace rapport::faults
