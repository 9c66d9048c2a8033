// One telling of a story (story_child.cc) while file calls fail, and what was heard of it.
//
// Invariants: the child has ended once it is made. One thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "tests/crash/killing.h"
#include "tests/faults/fault_place.h"

namespace rapport::faults {

class Telling {
 public:
  // `words`: the child, and its arguments behind the place's data directory.
  Telling(FaultPlace& place, std::vector<std::string> words);

  // What it should not have done or said; empty: nothing. Killed, it may have been cut short.
  std::string fault(bool is_killed = false) const;

  const std::vector<std::string>& errors() const { return errors_; }
  const std::vector<std::string>& backups() const { return backups_; }
  const EventNumbers& acknowledged() const { return acknowledged_; }
  const EventNumbers& erased() const { return erased_; }
  // An engine's fold stood still at the end.
  bool halted() const { return halted_; }
  // After a call was answered with an error, by the same engine.
  bool acknowledged_after_failure() const { return acknowledged_after_failure_; }

 private:
  void hear(const std::string& line);

  int status_ = 0;
  bool is_late_ = false, told_ = false, acknowledged_after_failure_ = false, failed_here_ = false, halted_ = false;
  std::vector<std::string> errors_, backups_;
  EventNumbers acknowledged_, erased_;
};

}  // namespace rapport::faults
