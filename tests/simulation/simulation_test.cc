// Simulated stories by the hundred, each by its seed: what clients are told is linearizable, and the rows are those of
// a clean fold.
//
//   RAPPORT_SIMULATIONS=N  how many seeds, from RAPPORT_SEED on
#include "tests/simulation/simulation.h"

#include <gtest/gtest.h>

#include <atomic>
#include <iostream>
#include <mutex>
#include <sstream>
#include <thread>

#include "tests/model/history.h"

namespace rapport::simulation {
namespace {

constexpr std::uint64_t kSimulations = 500;
constexpr int kAtOnce = 4;  // each waits for the engine's threads more than it works

// The first line that is another one; empty: there is none.
std::string first_difference(const std::string& a, const std::string& b) {
  std::istringstream in_a(a), in_b(b);
  for (std::string of_a, of_b;;) {
    const bool more_a = static_cast<bool>(std::getline(in_a, of_a)),
               more_b = static_cast<bool>(std::getline(in_b, of_b));
    if (!more_a && !more_b) return "";
    if (more_a != more_b || of_a != of_b) return of_a + "\n" + of_b;
  }
}

// What a failure is found out by, once its seed does not fail again.
std::string story_of(const SimulationResult& failed, std::uint64_t seed) {
  const std::string difference = first_difference(failed.trace, simulate({.seed = seed}).trace);
  return "the seed tells " + (difference.empty() ? "it again" : "another story then, from here on:\n" + difference) +
         "\n" + failed.trace;
}

TEST(Simulation, EveryStoryEndsWell) {
  const std::uint64_t first = model::seed_of_this_run();
  std::cout << "RAPPORT_SEED=" << first << std::endl;
  const std::uint64_t count = model::number_from_environment("RAPPORT_SIMULATIONS", kSimulations);
  std::mutex mutex;
  SimulationResult sum;
  std::atomic<std::uint64_t> next = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kAtOnce; ++i) {
    threads.emplace_back([&] {
      for (std::uint64_t at = next++; at < count; at = next++) {
        const SimulationResult result = simulate({.seed = first + at});
        const std::lock_guard lock(mutex);
        if (result.failure) {
          ADD_FAILURE() << "RAPPORT_SEED=" << first + at << " RAPPORT_SIMULATIONS=1\n"
                        << *result.failure << "\n"
                        << story_of(result, first + at);
          next = count;
        }
        sum.counts += result.counts;
        sum.appends_failed += result.appends_failed;
        sum.restarts += result.restarts;
        sum.rebuilds += result.rebuilds;
        sum.set_back += result.set_back;
        sum.asked_again += result.asked_again;
        sum.newcomers += result.newcomers;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::cout << count << " seeds, " << sum.counts.operations << " operations, " << sum.counts.accepted << " accepted, "
            << sum.counts.refused << " refused, " << sum.counts.reads_with_token << " reads with a token, "
            << sum.counts.wholes << " of a whole, " << sum.counts.links << " merges, " << sum.counts.cuts
            << " unmerges, " << sum.asked_again << " asked again, " << sum.appends_failed << " appends failed, "
            << sum.restarts << " restarts, " << sum.rebuilds << " rebuilds, " << sum.set_back << " times back, "
            << sum.newcomers << " newcomers\n";
  if (count < kSimulations) return;
  for (const std::uint64_t met :
       {sum.counts.refused, sum.counts.reads_with_token, sum.counts.wholes, sum.counts.cuts, sum.asked_again,
        sum.appends_failed, sum.restarts, sum.rebuilds, sum.set_back, sum.newcomers}) {
    EXPECT_GT(met, 0u);
  }
}

TEST(Simulation, ASeedIsAlwaysTheSameStory) {
  const std::uint64_t seed = model::seed_of_this_run();
  std::cout << "RAPPORT_SEED=" << seed << std::endl;
  for (std::uint64_t i = 0; i < 20; ++i) {
    const SimulationResult once = simulate({.seed = seed + i}), again = simulate({.seed = seed + i});
    ASSERT_EQ(first_difference(once.trace, again.trace), "") << "RAPPORT_SEED=" << seed + i;
  }
}

TEST(Simulation, ABugIsFoundAndFoundAgainByItsSeed) {
  const std::uint64_t seed = model::seed_of_this_run();
  std::cout << "RAPPORT_SEED=" << seed << std::endl;
  for (std::uint64_t i = 0; i < 20; ++i) {
    const SimulationOptions options{.seed = seed + i, .skip_one_in = 20};
    const SimulationResult once = simulate(options);
    if (!once.failure) continue;
    const SimulationResult again = simulate(options);
    EXPECT_EQ(*once.failure, again.failure.value_or("nothing"));
    EXPECT_EQ(first_difference(once.trace, again.trace), "");
    EXPECT_FALSE(simulate({.seed = options.seed}).failure);
    return;
  }
  FAIL() << "no seed finds it";
}

}  // namespace
}  // namespace rapport::simulation
