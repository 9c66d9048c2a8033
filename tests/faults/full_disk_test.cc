// The disk is full for a while, at a moment by chance, while events are published and folded, generations rebuilt and
// backups taken. What cannot be held is refused, nothing ends, and once there is room again the engine goes on by
// itself: it takes events, under keys of new contacts, and folds them. Killed then and opened again, it has all that it
// acknowledged.
//
//   RAPPORT_SEED=N        the same moments again, as far as the machine's timing lets them be
//   RAPPORT_FULL_DISKS=N  how often
#include <gtest/gtest.h>

#include <iostream>
#include <random>

#include "tests/crash/killing.h"
#include "tests/faults/fault_place.h"
#include "tests/model/history.h"

namespace rapport::faults {
namespace {

constexpr std::uint64_t kFullDisks = 10;
constexpr std::uint64_t kLongEvery = 20;  // not in a short slice
constexpr std::chrono::seconds kPatience{30};
constexpr int kCallsFolded = 5;  // more than were under way when the disk was full

class FullDisk : public testing::Test {
 protected:
  using Clock = std::chrono::steady_clock;

  // Listens until the child has refused something.
  void listen_until_refused(ChildProcess& child) {
    for (const auto until = Clock::now() + kPatience; Clock::now() < until;) {
      ASSERT_TRUE(child.read_for(std::chrono::milliseconds(5))) << "it ended: " << place_.errors_text();
      for (const std::string& line : child.take_lines()) {
        if (const auto number = acknowledged_number(line)) acknowledged_.insert(*number);
        if (line.starts_with("refused ")) {
          EXPECT_EQ(line, "refused storage_failed");
          return;
        }
      }
    }
    FAIL() << "nothing was refused on a full disk";
  }

  // Listens until the child takes events again, and has folded some.
  void listen_until_folded(ChildProcess& child) {
    int folded = 0;
    for (const auto until = Clock::now() + kPatience; Clock::now() < until;) {
      ASSERT_TRUE(child.read_for(std::chrono::milliseconds(5))) << "it ended: " << place_.errors_text();
      for (const std::string& line : child.take_lines()) {
        if (const auto number = acknowledged_number(line)) acknowledged_.insert(*number);
        if (line == "folded" && ++folded == kCallsFolded) return;
      }
    }
    FAIL() << "it does not go on by itself, though there is room: " << place_.errors_text();
  }

  void listen_for(ChildProcess& child, std::chrono::milliseconds time) {
    for (const auto until = Clock::now() + time; Clock::now() < until;) {
      ASSERT_TRUE(child.read_for(std::chrono::milliseconds(2))) << "it ended: " << place_.errors_text();
      for (const std::string& line : child.take_lines()) {
        if (const auto number = acknowledged_number(line)) acknowledged_.insert(*number);
      }
    }
  }

  FaultPlace place_;
  EventNumbers acknowledged_;
};

TEST_F(FullDisk, WhatCannotBeHeldIsRefusedUntilThereIsRoom) {
  const std::uint64_t seed = model::seed_of_this_run();
  std::cout << "RAPPORT_SEED=" << seed << std::endl;
  std::mt19937_64 random(seed);
  const auto moment = [&random] { return std::chrono::milliseconds(random() % 60); };
  // Longer than RocksDB or we take to look whether there is room again.
  const std::chrono::seconds long_while(7);
  for (std::uint64_t i = model::number_from_environment("RAPPORT_FULL_DISKS", kFullDisks); i > 0; --i) {
    const std::size_t before = acknowledged_.size();
    auto words = kill_child(place_.data(), first_unacknowledged(acknowledged_), random());
    words.emplace_back("busy");
    words.emplace_back("sealed");
    ChildProcess child(words, place_.environment(), place_.errors());
    ASSERT_TRUE(run_once_open(child, moment(), acknowledged_)) << place_.errors_text();
    while (acknowledged_.size() == before) listen_for(child, std::chrono::milliseconds(1));
    place_.fill_disk();
    listen_until_refused(child);
    listen_for(child, i % kLongEvery == 0 ? long_while : moment());
    place_.make_room();
    listen_until_folded(child);
    if (HasFatalFailure()) return;
    listen_for(child, moment());
    if (HasFatalFailure()) return;
    child.kill();
    for (const std::string& line : child.take_lines()) {
      if (const auto number = acknowledged_number(line)) acknowledged_.insert(*number);
    }
    (void)place_.take_journal();
    auto log = embedded_log(2);
    log.seal.wish = SealWish::always;
    check_after_crash(place_.data(), std::move(log), acknowledged_);
    if (HasFailure()) return;
  }
  std::cout << acknowledged_.size() << " events were acknowledged\n";
}

}  // namespace
}  // namespace rapport::faults
