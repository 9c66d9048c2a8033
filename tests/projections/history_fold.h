// Folds a history through the real projections, cut into steps and opened again as a test wants it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "projections/generation.h"
#include "tests/model/history.h"
#include "tests/store/temporary_directory.h"

namespace rapport {

struct Cuts {
  std::vector<std::size_t> ends;  // where steps end, ascending; what follows the last one is one step more
  std::size_t cached_states_bytes_max = 1'000'000;  // of the generation
  std::size_t file_step_bytes_min = 8u << 20;
  bool reopen = false;                                                                       // between steps
  std::function<void(const std::shared_ptr<const View>&)> behind_each = [](const auto&) {};  // step, its view
};
// Random ones: long and short steps, with and without a cache, sometimes opened again between steps.
Cuts random_cuts(std::uint64_t seed, std::size_t records);
// One record a step.
Cuts single_records(std::size_t records);

// Not thread-safe.
class HistoryFold {
 public:
  // Folds the whole history. An error ends the process: the tests' store has no reason to fail.
  explicit HistoryFold(const model::History& history, const Cuts& cuts = {});

  const std::vector<Outcome>& outcomes() const { return outcomes_; }
  std::shared_ptr<const View> view() const { return generation_->view(); }
  const DigestBuckets& buckets() const { return generation_->buckets(); }
  void reopen();

 private:
  void step(const model::History& history, std::size_t begin, std::size_t end);

  const std::function<void(const std::shared_ptr<const View>&)> behind_each_;
  TemporaryDirectory directory_{fastest_directory()};
  GenerationOptions options_;
  std::unique_ptr<Generation> generation_;
  std::map<Partition, std::int64_t> next_offset_;
  std::vector<Outcome> outcomes_;
};

// Digests as the rows say they should be, whatever the running sums say.
struct RowDigests {
  std::map<Partition, Digest> partitions;
  std::map<Partition, DigestBuckets::Buckets> buckets;
};
RowDigests digests_of_rows(const View& view);

// How the rows and checkpoints of two generations differ, a line each; empty where they do not.
std::string row_difference(const View& one, const View& other);

// Where the index rows, the indexes that are kept, and the counts of roots are not those of the states and of what is
// declared; empty where they are.
std::string index_fault(const View& view);

}  // namespace rapport
