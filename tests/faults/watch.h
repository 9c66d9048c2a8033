// The preload library's own state in the process that it is loaded into: which descriptors are files of the watched
// directory, what is to fail, and the journal.
//
// Invariants: made at the first call, never destroyed: calls come before main and behind it. Thread-safe; `mutex` is
// held from a call that changes a file to behind its journal entry.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "tests/faults/call_journal.h"
#include "tests/faults/fault_board.h"

namespace rapport::faults {

struct WatchedFile {
  std::uint32_t number;
  std::string path;
  const WatchedFile* before = nullptr;  // the one that was opened before: all stay, for a thread may be looking at one
};

class Watch {
 public:
  static Watch& get();

  bool covers(std::string_view path) const;
  // The whole path that a call with a directory's descriptor means; empty: not below the watched directory.
  std::string path_at(int directory, const char* path) const;
  // Null: not watched. Lives for ever.
  const WatchedFile* file_of(int descriptor) const;
  // The descriptor is of the path from now on, or of a file that is not watched.
  void opened(int descriptor, std::string_view path, int flags);
  void closed(int descriptor);

  // Counts the call, and says the errno that it is to fail with: 0, it goes through.
  int fault(CallKind kind, std::string_view path);
  bool syncs_lie() const { return board_ != nullptr && board_->syncs_lie != 0; }

  std::mutex mutex;
  JournalWriter journal;

 private:
  static constexpr std::size_t kDescriptorsMax = 1u << 16;

  Watch();
  bool is_meant(std::string_view path) const;

  std::string directory_;
  FaultBoard* board_ = nullptr;
  std::array<std::atomic<const WatchedFile*>, kDescriptorsMax> files_{};
  std::atomic<std::uint32_t> numbers_ = 0;
  std::atomic<const WatchedFile*> last_ = nullptr;
};

// Sets errno and is true where the call is to fail.
bool is_to_fail(CallKind kind, std::string_view path);

}  // namespace rapport::faults
