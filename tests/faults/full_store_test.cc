// A store whose disk is full for a while, again and again, takes rows again by itself, has all that it said it holds,
// and is read meanwhile (store_child.cc).
//
//   RAPPORT_SEED=N        the same moments again, as far as the machine's timing lets them be
//   RAPPORT_FULL_DISKS=N  how often, of each kind
#include <gtest/gtest.h>

#include <iostream>
#include <random>

#include "tests/crash/child_process.h"
#include "tests/faults/fault_place.h"
#include "tests/model/history.h"

namespace rapport::faults {
namespace {

constexpr std::uint64_t kFullDisks = 3;
constexpr std::chrono::seconds kPatience{30};

class FullStore : public testing::TestWithParam<std::string> {
 protected:
  using Clock = std::chrono::steady_clock;

  // Until a line is `wanted`, or a number where that is empty.
  void listen_until(ChildProcess& child, const std::string& wanted) {
    for (const auto until = Clock::now() + kPatience; Clock::now() < until;) {
      ASSERT_TRUE(child.read_for(std::chrono::milliseconds(5))) << "it ended: " << place_.errors_text();
      bool heard = false;
      for (const std::string& line : child.take_lines()) heard = hear(line) == wanted || heard;
      if (heard) return;
    }
    FAIL() << (wanted.empty() ? "it does not go on, though there is room" : "nothing was refused on a full disk")
           << ": " << place_.errors_text();
  }
  std::string hear(const std::string& line) {
    if (line == "refused") return line;
    held_ = std::stoull(line) + 1;
    return "";
  }
  std::vector<std::string> child_words() const {
    return {STORE_CHILD, GetParam(), (place_.disk() / "store").string(), std::to_string(held_)};
  }

  FaultPlace place_;
  std::uint64_t held_ = 0;
};

TEST_P(FullStore, GoesOnByItself) {
  const std::uint64_t seed = model::seed_of_this_run();
  std::cout << "RAPPORT_SEED=" << seed << std::endl;
  std::mt19937_64 random(seed);
  const std::uint64_t times = model::number_from_environment("RAPPORT_FULL_DISKS", kFullDisks);
  auto child = std::make_unique<ChildProcess>(child_words(), place_.environment(), place_.errors());
  for (std::uint64_t i = 0; i < times && !HasFatalFailure(); ++i) {
    listen_until(*child, "");
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 100));
    place_.fill_disk();
    listen_until(*child, "refused");
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 50));
    place_.make_room();
    listen_until(*child, "");
    (void)place_.take_journal();
    if (random() % 4 != 0 || HasFatalFailure()) continue;
    // Opened again, it has what it held: the child looks.
    child->kill();
    for (const std::string& line : child->take_lines()) hear(line);
    child = std::make_unique<ChildProcess>(child_words(), place_.environment(), place_.errors());
  }
  std::cout << held_ << " rows are held\n";
}

INSTANTIATE_TEST_SUITE_P(Uses, FullStore, testing::Values("log", "rows", "keys"),
                         [](const auto& use) { return use.param; });

}  // namespace
}  // namespace rapport::faults
