// Every target on its corpus, and on seeded damage to it. RAPPORT_SEED=n runs the same damage again, RAPPORT_ROUNDS=n
// more of it. What libFuzzer finds becomes a file of the corpus.
#include <gtest/gtest.h>

#include "tests/fuzz/damage.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/model/history.h"

namespace rapport {
namespace {

constexpr std::uint64_t kRounds = 50'000;  // of each target

class Fuzz : public testing::TestWithParam<FuzzTarget> {};

TEST_P(Fuzz, HoldsOnTheCorpusAndOnDamageToIt) {
  const FuzzTarget& target = GetParam();
  const std::vector<std::string> corpus = corpus_of(target.name);
  ASSERT_FALSE(corpus.empty());
  for (const std::string& bytes : corpus) target.run(bytes);
  const std::uint64_t seed = model::seed_of_this_run();
  // On one line, before a panic ends the program.
  std::cerr << target.name << ": RAPPORT_SEED=" << seed << std::endl;
  Damage damage(seed, corpus);
  for (std::uint64_t round = model::number_from_environment("RAPPORT_ROUNDS", kRounds); round > 0; --round) {
    target.run(damage.next());
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, Fuzz, testing::ValuesIn(fuzz_targets()),
                         [](const auto& given) { return std::string(given.param.name); });

}  // namespace
}  // namespace rapport
