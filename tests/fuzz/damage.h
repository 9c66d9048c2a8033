// Seeded damage to well-formed bytes: what is nearly right gets further into a reader than noise does.
#pragma once

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace rapport {

// The files of tests/fuzz/corpus/<target>, in the order of their names.
std::vector<std::string> corpus_of(std::string_view target);

class Damage {
 public:
  // `corpus` is not empty and outlives it. The same seed does the same damage.
  Damage(std::uint64_t seed, const std::vector<std::string>& corpus) : random_(seed), corpus_(corpus) {}

  // One of the corpus, damaged in one to four places.
  std::string next();

 private:
  std::size_t below(std::size_t end) { return end == 0 ? 0 : random_() % end; }
  const std::string& any() { return corpus_[below(corpus_.size())]; }
  char byte();
  void damage(std::string& text);

  std::mt19937_64 random_;
  const std::vector<std::string>& corpus_;
};

}  // namespace rapport
