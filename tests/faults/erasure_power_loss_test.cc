// The power goes while contacts are erased. Whoever was told that one is erased finds it erased ever after, its key
// destroyed; and nobody else is.
//
//   RAPPORT_SEED=N    the same losses again, as far as the machine's timing lets them be
//   RAPPORT_LOSSES=N  how many; a fifth of them are of this test
#include <gtest/gtest.h>

#include <iostream>
#include <random>

#include "tests/crash/child_process.h"
#include "tests/faults/erased_contact.h"
#include "tests/faults/erasure_check.h"
#include "tests/faults/fault_place.h"
#include "tests/faults/simulated_disk.h"
#include "tests/model/history.h"

namespace rapport::faults {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::uint64_t kLosses = 50, kShare = 5;
constexpr std::chrono::seconds kPatience{300};  // whatever else the machine does
constexpr std::size_t kLinesMax = 40;           // said before a loss: counted, as a slow machine says few in any time

class ErasurePowerLoss : public testing::Test {
 protected:
  void lose_power(std::mt19937_64& random) {
    SimulatedDisk disk(place_.disk());
    {
      ChildProcess child({ERASE_CHILD, place_.data().string(), std::to_string(next_)}, place_.environment(),
                         place_.errors());
      const std::size_t wanted = 1 + random() % kLinesMax;
      std::size_t said = 0;
      for (const auto until = Clock::now() + kPatience; said < wanted && Clock::now() < until;) {
        ASSERT_TRUE(child.read_for(std::chrono::milliseconds(2))) << "it ended: " << place_.errors_text();
        said += child.take_lines().size();
      }
      ASSERT_GE(said, wanted) << place_.errors_text();
      // Anywhere in what comes next.
      child.read_for(std::chrono::milliseconds(random() % 5));
    }
    const auto calls = place_.take_journal();
    const std::size_t until = random() % 2 == 0 ? calls.size() : random() % (calls.size() + 1);
    for (std::size_t i = 0; i < until; ++i) {
      disk.apply(calls[i]);
      if (calls[i].call == CallDone::said) hear(calls[i].bytes);
    }
    const PowerLoss loss = draw_power_loss(random);
    told_ = "after call " + std::to_string(until) + " of " + std::to_string(calls.size()) + ": " + to_string(loss);
    disk.lose_power(loss, random);
    disk.write_back();
  }

  // Each line is one write of the child's.
  void hear(const std::string& line) {
    const std::uint64_t number = line == "open\n" ? 0 : std::stoull(line.substr(line.find(' ') + 1));
    if (line.starts_with("told ") && !is_to_be_erased(number)) told_of_.insert(number);
    if (line.starts_with("erased ")) erased_.insert(number);
    next_ = std::max(next_, number);
  }

  FaultPlace place_;
  EventNumbers told_of_, erased_;
  std::uint64_t next_ = 0;
  std::string told_;
};

TEST_F(ErasurePowerLoss, WhatIsErasedStaysErased) {
  const std::uint64_t seed = model::seed_of_this_run();
  std::cout << "RAPPORT_SEED=" << seed << std::endl;
  std::mt19937_64 random(seed);
  for (std::uint64_t i = model::number_from_environment("RAPPORT_LOSSES", kLosses) / kShare; i > 0; --i) {
    lose_power(random);
    if (HasFatalFailure()) return;
    check_erasures(place_.data(), told_of_, erased_);
    ASSERT_FALSE(HasFailure()) << told_;
  }
  std::cout << told_of_.size() << " contacts stay, " << erased_.size() << " were erased\n";
  EXPECT_GT(erased_.size(), 5u);
}

}  // namespace
}  // namespace rapport::faults
