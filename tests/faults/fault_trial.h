// Faults that are tried on a story: it is told while a file call fails, or the process is killed before it; then, at
// times, the power goes too; then what is left is checked.
//
// Invariants: several at once; what goes wrong at one is told with the words that bring it about again, and the others
// go on.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tests/faults/telling.h"

namespace rapport::faults {

struct Fault {
  CallKind kind;
  std::int32_t error;  // errno, kShortWrite or kKill
  std::uint64_t nth = 1;
  bool from_then_on = false;
  std::string pattern = {};  // of paths (fault_board.h); empty: all
  std::string again = {};    // the environment that tries this one alone
};

struct Story {
  std::vector<std::string> words;  // the child
  // Opens the directory again, without a fault; fails the running test.
  std::function<void(const std::filesystem::path& data, const Telling& telling)> check;
};

// Told by story_child. Every event that was acknowledged is there and folded once, the rows are those of a clean fold,
// and every backup restores.
Story plain_story();

void arm(FaultBoard& board, const Fault& fault);

class FaultTrials {
 public:
  FaultTrials(Story story, std::uint64_t seed) : story_(std::move(story)), seed_(seed) {}

  // True where the fault came about: the story has so many such calls. Thread-safe.
  bool try_fault(const Fault& fault);
  // False: so much has gone wrong that more would say nothing new.
  bool may_go_on() const { return wrong_ < kWrongMax; }
  std::uint64_t came_about() const { return came_about_; }

 private:
  static constexpr int kWrongMax = 20;

  bool play(const Fault& fault) const;

  const Story story_;
  const std::uint64_t seed_;
  std::atomic<int> wrong_ = 0;
  std::atomic<std::uint64_t> came_about_ = 0;
};

// Each of so many pieces of work, several at once: an engine that stops waits more than it works.
void at_once(std::size_t pieces, const std::function<void(std::size_t)>& work);

}  // namespace rapport::faults
