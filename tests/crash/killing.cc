#include "tests/crash/killing.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <random>

#include "tests/crash/child_process.h"
#include "tests/crash/crash_check.h"
#include "tests/model/history.h"

namespace rapport {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kOpenWithin{300};  // whatever else the machine does

// Counts what is acknowledged. True where the child says that it is open.
bool hear(ChildProcess& child, EventNumbers& acknowledged) {
  bool opened = false;
  for (const std::string& line : child.take_lines()) {
    if (line == "open") opened = true;
    if (const auto number = acknowledged_number(line)) acknowledged.insert(*number);
  }
  return opened;
}

}  // namespace

std::optional<std::uint64_t> acknowledged_number(const std::string& line) {
  if (line.empty() || line[0] < '0' || line[0] > '9') return std::nullopt;
  return std::stoull(line);
}

std::uint64_t first_unacknowledged(const EventNumbers& acknowledged) {
  std::uint64_t from = 0;
  while (acknowledged.contains(from)) ++from;
  return from;
}

std::vector<std::string> kill_child(const std::filesystem::path& data, std::uint64_t from, std::uint64_t seed) {
  return {KILL_CHILD, data.string(), std::to_string(from), std::to_string(seed)};
}

bool run_once_open(ChildProcess& child, std::chrono::milliseconds once_open, EventNumbers& acknowledged) {
  bool opened = false;
  for (auto until = Clock::now() + kOpenWithin; Clock::now() < until;) {
    if (!child.read_for(std::chrono::milliseconds(2))) return false;
    if (!hear(child, acknowledged)) continue;
    opened = true;
    until = Clock::now() + once_open;
  }
  return opened;
}

int kills_or(int fallback) {
  const char* wanted = std::getenv("RAPPORT_KILLS");
  return wanted == nullptr ? fallback : std::atoi(wanted);
}

void kill_at_random(const KilledEngine& engine, int kills) {
  const std::uint64_t seed = model::seed_of_this_run();
  std::cout << "RAPPORT_SEED=" << seed << std::endl;
  std::mt19937_64 random(seed);
  EventNumbers acknowledged;
  for (int i = 0; i < kills; ++i) {
    auto words = kill_child(engine.data, first_unacknowledged(acknowledged), random());
    words.insert(words.end(), engine.arguments.begin(), engine.arguments.end());
    ChildProcess child(words);
    const std::chrono::milliseconds once_open(random() % engine.once_open_ms_max);
    ASSERT_TRUE(run_once_open(child, once_open, acknowledged)) << "it did not open, kill " << i;
    child.kill();
    hear(child, acknowledged);
    if (i % 20 == 19) {
      check_after_crash(engine.data, engine.log, acknowledged);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
  check_after_crash(engine.data, engine.log, acknowledged);
  std::cout << acknowledged.size() << " events were acknowledged over " << kills << " kills\n";
  EXPECT_GT(acknowledged.size(), static_cast<std::size_t>(kills));
}

}  // namespace rapport
