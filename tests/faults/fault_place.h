// Where a test with file faults works: a directory whose files are watched, and beside it what the preload library in a
// child is told and tells.
//
// Invariants: it goes with everything in it. One thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/faults/call_journal.h"
#include "tests/faults/fault_board.h"
#include "tests/store/temporary_directory.h"

namespace rapport::faults {

class FaultPlace {
 public:
  FaultPlace();
  ~FaultPlace();
  FaultPlace(const FaultPlace&) = delete;
  FaultPlace& operator=(const FaultPlace&) = delete;

  // The disk; and a data directory on it, which nobody has made yet.
  std::filesystem::path disk() const { return directory_.path() / "disk"; }
  std::filesystem::path data() const { return disk() / "data"; }
  // A child's standard error.
  std::filesystem::path errors() const { return directory_.path() / "errors"; }
  std::string errors_text() const;

  FaultBoard& board() { return *board_; }
  // The disk is full from now on, until there is room again.
  void fill_disk();
  void make_room() { board_->kinds = 0; }
  // What a child is to have in its environment, so that its file calls are watched.
  std::vector<std::string> environment() const;
  // What the children have done since the last call.
  std::vector<JournalEntry> take_journal();

 private:
  TemporaryDirectory directory_{fastest_directory()};
  FaultBoard* board_ = nullptr;
};

}  // namespace rapport::faults
