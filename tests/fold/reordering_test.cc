// A hundred thousand events with their own times, at the ends of time, too, repeated, and out of order by up to a
// thousand places, under a clock that is set back now and then: the digest is that of the same events in their order.
//
//   RAPPORT_SEED=N        the same events again
//   RAPPORT_REORDERED=N   how many
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <numeric>

#include "engine/fold/refold.h"
#include "engine/log/embedded_log.h"
#include "events/event_decoder.h"
#include "tests/model/dice.h"
#include "tests/model/random_history.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

constexpr std::uint64_t kReordered = 100'000;
constexpr std::uint64_t kPlacesMax = 1'000;
constexpr std::size_t kPerAppend = 2'000;
constexpr std::int32_t kPartitions = 3;

// Those of one time, and those of one identity, keep their order: there it decides.
model::History reordered(const model::History& history, std::uint64_t seed) {
  model::Dice dice(seed);
  std::vector<std::size_t> places(history.size()), order(history.size());
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = i + dice.below(2 * kPlacesMax);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return places[a] < places[b]; });
  EventDecoder decoder;
  std::map<std::string, std::vector<std::size_t>> members;
  std::vector<std::string> groups;
  for (std::size_t i = 0; i < history.size(); ++i) {
    const Event event = *decoder.decode(history[i].value);
    const bool of_identity = std::holds_alternative<Identity>(event.subject);
    groups.push_back(of_identity ? history[i].key : std::to_string(event.time->ms));
    members[groups.back()].push_back(i);
  }
  model::History out;
  std::map<std::string, std::size_t> used;
  for (const std::size_t place : order) {
    const std::string& group = groups[place];
    out.push_back(history[members[group][used[group]++]]);
  }
  return out;
}

// Each with repeats of some that came before it, near and far.
model::History with_repeats(const model::History& history, std::uint64_t seed) {
  model::Dice dice(seed);
  model::History out;
  for (const NewRecord& record : history) {
    out.push_back(record);
    if (dice.one_in(10)) out.push_back(out[dice.below(out.size())]);
  }
  return out;
}

class ReorderingTest : public testing::Test {
 protected:
  std::unique_ptr<EmbeddedLog> log_of(const model::History& history, const char* name) {
    auto log = *EmbeddedLog::open(
        {.directory = directory_.path() / (std::string(name) + "-log"), .partition_count = kPartitions});
    for (std::size_t from = 0; from < history.size(); from += kPerAppend) {
      const std::size_t until = std::min(history.size(), from + kPerAppend);
      EXPECT_TRUE(append_and_wait(*log, {history.begin() + static_cast<std::ptrdiff_t>(from),
                                         history.begin() + static_cast<std::ptrdiff_t>(until)}));
    }
    return log;
  }
  std::unique_ptr<Generation> empty(const char* name) {
    return *Generation::open({.directory = directory_.path() / name});
  }

  TemporaryDirectory directory_{fastest_directory()};
};

TEST_F(ReorderingTest, ChangesNoDigest) {
  const std::uint64_t seed = model::seed_of_this_run();
  std::cout << "RAPPORT_SEED=" << seed << std::endl;
  model::HistoryOptions options{.seed = seed,
                                .records = model::number_from_environment("RAPPORT_REORDERED", kReordered),
                                .partitions = kPartitions,
                                .cast = {.contacts = 500, .companies = 20, .identities = 50, .deletions = false}};
  options.events_without_time = options.expected_versions = options.unfoldable = options.control = false;
  const model::History history = model::random_history(options);

  const auto in_order = log_of(history, "in-order");
  const auto expected = empty("in-order");
  ASSERT_TRUE(refold(*in_order, *expected, *in_order->ends()));

  const auto arrived = log_of(with_repeats(reordered(history, seed), seed), "arrived");
  const auto folded = empty("arrived");
  // Record by record, as they would come in.
  ASSERT_TRUE(refold_steps(*arrived, *folded, *arrived->ends(), {}));

  const Checkpoints& before = expected->view()->checkpoints();
  EXPECT_EQ(to_string(total_digest(folded->view()->checkpoints())), to_string(total_digest(before)));
  const OutcomeCounts counts = total_counts(folded->view()->checkpoints());
  EXPECT_EQ(counts.accepted, total_counts(before).accepted);
  EXPECT_GT(counts.repeated, options.records / 20);
  std::cout << counts.accepted << " accepted, " << counts.repeated << " repeated\n";
}

}  // namespace
}  // namespace rapport
