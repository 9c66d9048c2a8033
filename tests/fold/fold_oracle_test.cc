// The fold of projections/ against the oracle of tests/model, over random histories.
//
//   RAPPORT_SEED=N        the first seed; a failure prints its own
//   RAPPORT_HISTORIES=N   how many
#include <gtest/gtest.h>

#include <cstdlib>
#include <numeric>

#include "engine/fold/record_decoder.h"
#include "projections/generation.h"
#include "projections/generation_compare.h"
#include "tests/fold/oracle_comparison.h"
#include "tests/model/dice.h"
#include "tests/model/random_history.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

using model::Dice;
using model::History;

std::uint64_t histories() {
  const char* wanted = std::getenv("RAPPORT_HISTORIES");
  return wanted == nullptr ? 150 : std::strtoull(wanted, nullptr, 10);
}

// What a decoder asks of a log; nothing can be appended to it or read from it.
class PartitionsOnly final : public EventLog {
 public:
  explicit PartitionsOnly(std::int32_t count) : count_(count) {}
  LogId id() const override { return LogId{1}; }
  std::int32_t partition_count() const override { return count_; }
  void append(std::vector<NewRecord>, AppendDone done) override { done(Error{Errc::log_unavailable, "none"}); }
  Result<std::unique_ptr<LogReader>> open_reader(const Positions&) override {
    return Error{Errc::log_unavailable, "none"};
  }
  Result<Positions> ends() override { return Error{Errc::log_unavailable, "none"}; }
  LogHealth health() const override { return {}; }

 private:
  std::int32_t count_;
};

// Folds a history in steps of random size, opening the generation again now and then.
class Folding {
 public:
  Folding(const History& history, std::int32_t partitions) : log_(partitions) {
    std::map<Partition, std::int64_t> next;
    for (const NewRecord& record : history) {
      batch_.add({record.partition, Offset{next[record.partition]++}}, *record.recorded_at, record.key, record.value);
    }
  }

  // Several at a time: the fewest steps, or steps of one record.
  void run(Dice& dice, std::size_t step_max, bool reopen) {
    open();
    RecordDecoder decoder(log_);
    std::vector<FoldRecord> records = decoder.decode(batch_);
    for (std::size_t from = 0; from < records.size();) {
      const std::size_t count = std::min<std::size_t>(records.size() - from, 1 + dice.below(step_max));
      auto ended = generation_->fold(std::span(records).subspan(from, count));
      ASSERT_TRUE(ended) << to_string(ended.error());
      outcomes_.insert(outcomes_.end(), ended->begin(), ended->end());
      from += count;
      if (reopen && dice.one_in(6)) open();
    }
  }

  const Generation& generation() const { return *generation_; }
  const std::vector<Outcome>& outcomes() const { return outcomes_; }

 private:
  void open() {
    generation_.reset();
    auto generation = Generation::open({.directory = directory_.path() / "rows", .cached_contacts_max = 3});
    ASSERT_TRUE(generation) << to_string(generation.error());
    generation_ = *std::move(generation);
  }

  PartitionsOnly log_;
  TemporaryDirectory directory_;
  RecordBatch batch_;
  std::unique_ptr<Generation> generation_;
  std::vector<Outcome> outcomes_;
};

model::HistoryOptions options_of(std::uint64_t seed) {
  model::HistoryOptions options;
  options.seed = seed;
  options.records = 20 + seed % 180;
  options.partitions = 1 + static_cast<std::int32_t>(seed % 4);
  return options;
}

std::vector<std::string> check(const History& history, const model::HistoryOptions& options) {
  Dice dice(options.seed);
  Folding folding(history, options.partitions);
  folding.run(dice, options.seed % 3 == 0 ? 1 : options.seed % 3 == 1 ? 12 : history.size(), options.seed % 5 == 0);
  if (testing::Test::HasFatalFailure()) return {"the fold failed"};
  const model::Model expected = model::fold(model::records_of(history));
  auto lines = disagreements(expected, folding.outcomes());
  const auto rows = disagreements(expected, *folding.generation().view());
  lines.insert(lines.end(), rows.begin(), rows.end());
  return lines;
}

std::string join(const std::vector<std::string>& lines) {
  std::string out;
  for (std::size_t i = 0; i < std::min<std::size_t>(lines.size(), 20); ++i) out += lines[i] + "\n";
  return out;
}

TEST(FoldOracle, AgreesAboutEveryHistory) {
  const std::uint64_t first = model::seed_of_this_run();
  std::cout << "RAPPORT_SEED=" << first << "\n";
  for (std::uint64_t seed = first; seed < first + histories(); ++seed) {
    const model::HistoryOptions options = options_of(seed);
    const History history = model::random_history(options);
    if (check(history, options).empty()) continue;
    const History least = model::minimise(history, [&](const History& part) { return !check(part, options).empty(); });
    FAIL() << "RAPPORT_SEED=" << seed << "\n" << model::to_ndjson(least) << join(check(least, options));
  }
}

TEST(FoldOracle, HoweverItIsCutIntoStepsTheRowsAreTheSame) {
  const std::uint64_t first = model::seed_of_this_run();
  std::cout << "RAPPORT_SEED=" << first << "\n";
  for (std::uint64_t seed = first; seed < first + histories() / 3; ++seed) {
    const model::HistoryOptions options = options_of(seed);
    const History history = model::random_history(options);
    Dice dice(seed);
    Folding whole(history, options.partitions), pieces(history, options.partitions);
    whole.run(dice, history.size(), false);
    pieces.run(dice, 5, true);
    const auto difference = compare_generations(*whole.generation().view(), *pieces.generation().view());
    ASSERT_TRUE(difference);
    ASSERT_TRUE(difference->none()) << "RAPPORT_SEED=" << seed << " " << difference->first[0].subject << " "
                                    << difference->first[0].part << " " << difference->first[0].how;
  }
}

// Events with their own times, no expectedversion and no deletion among them: arrival order has no say, but where times
// are equal (EVENTS.md, "Folding a contact").
TEST(FoldOracle, TimedUnconditionalEventsGiveTheSameDigestInAnyOrder) {
  const std::uint64_t first = model::seed_of_this_run();
  std::cout << "RAPPORT_SEED=" << first << "\n";
  for (std::uint64_t seed = first; seed < first + histories() / 3; ++seed) {
    model::HistoryOptions options = options_of(seed);
    options.events_without_time = options.expected_versions = options.unfoldable = options.control = false;
    options.cast.deletions = false;
    History history = model::random_history(options);
    EventDecoder decoder;
    std::set<Timestamp> times;
    // Identities are held by whoever claims first: order is what they are about.
    std::erase_if(history, [&](const NewRecord& record) {
      const Event event = *decoder.decode(record.value);
      return std::holds_alternative<Identity>(event.subject) || !times.insert(*event.time).second;
    });
    History other = history;
    Dice dice(seed);
    for (std::size_t i = other.size(); i > 1; --i) std::swap(other[i - 1], other[dice.below(i)]);
    Folding one(history, options.partitions), another(other, options.partitions);
    one.run(dice, history.size(), false);
    another.run(dice, 7, false);
    ASSERT_EQ(to_string(total_digest(one.generation().view()->checkpoints())),
              to_string(total_digest(another.generation().view()->checkpoints())))
        << "RAPPORT_SEED=" << seed;
  }
}

}  // namespace
}  // namespace rapport
