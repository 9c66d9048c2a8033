// Every target on its corpus, and on seeded damage to it. RAPPORT_SEED=n runs the same damage again, RAPPORT_ROUNDS=n
// more of it. What libFuzzer finds becomes a file of the corpus.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "tests/fuzz/fuzz_target.h"
#include "tests/model/history.h"

namespace rapport {
namespace {

constexpr std::uint64_t kRounds = 50'000;  // of each target

std::vector<std::string> corpus_of(std::string_view target) {
  std::vector<std::filesystem::path> paths;
  for (const auto& file : std::filesystem::directory_iterator("tests/fuzz/corpus/" + std::string(target))) {
    paths.push_back(file.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> corpus;
  for (const auto& path : paths) {
    std::ifstream in(path, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return corpus;
}

class Damage {
 public:
  Damage(std::uint64_t seed, const std::vector<std::string>& corpus) : random_(seed), corpus_(corpus) {}

  std::string next() {
    std::string text = any();
    for (std::size_t i = below(4) + 1; i > 0; --i) damage(text);
    return text;
  }

 private:
  std::size_t below(std::size_t end) { return end == 0 ? 0 : random_() % end; }
  const std::string& any() { return corpus_[below(corpus_.size())]; }
  char byte() {
    constexpr std::string_view kTelling("\"\\{}[]:,0-9eE.|%+/\0\x01\x7f\x80\xc3\xed\xff\n ", 30);
    return below(2) == 0 ? kTelling[below(kTelling.size())] : static_cast<char>(below(256));
  }
  void damage(std::string& text) {
    const std::size_t at = below(text.size() + 1);
    switch (below(6)) {
      case 0:
        if (at < text.size()) text[at] = byte();
        return;
      case 1: text.insert(at, 1, byte()); return;
      case 2: text.erase(at, below(8)); return;
      case 3: text.insert(at, text.substr(below(text.size() + 1), below(40))); return;
      case 4: text.resize(at); return;
      default: {
        const std::string& other = any();
        text.replace(at, std::string::npos, other, below(other.size() + 1), std::string::npos);
      }
    }
  }

  std::mt19937_64 random_;
  const std::vector<std::string>& corpus_;
};

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
