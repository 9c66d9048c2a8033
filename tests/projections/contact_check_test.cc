#include "projections/contact_check.h"

#include <gtest/gtest.h>

#include "tests/model/random_history.h"
#include "tests/projections/history_fold.h"

namespace rapport {
namespace {

constexpr std::uint64_t kHistories = 60;

// However strange a contact's history is, its rows agree with one another.
TEST(ContactCheck, FindsNothingInWhatTheFoldWrote) {
  const std::uint64_t first = model::seed_of_this_run();
  for (std::uint64_t seed = first; seed < first + kHistories; ++seed) {
    const model::History history = model::random_history({.seed = seed, .records = 80 + seed % 80, .partitions = 2});
    const HistoryFold fold(history, random_cuts(seed, history.size()));
    ContactId id{0};
    for (auto next = next_contact(*fold.view(), id); *next; next = next_contact(*fold.view(), id)) {
      id = **next;
      const auto differences = check_contact(*fold.view(), id);
      ASSERT_TRUE(differences) << to_string(differences.error());
      EXPECT_TRUE(differences->empty()) << "RAPPORT_SEED=" << seed << " " << differences->front().subject << " "
                                        << differences->front().part << " " << differences->front().how;
    }
    EXPECT_NE(id, ContactId{0});
  }
}

TEST(ContactCheck, FindsNothingInALongHistory) {
  const std::uint64_t seed = model::seed_of_this_run();
  model::HistoryOptions options{.seed = seed, .records = 3'000, .partitions = 2};
  options.cast.contacts = 2;
  options.cast.deletions = options.expected_versions = false;
  const model::History history = model::random_history(options);
  const HistoryFold fold(history, random_cuts(seed, history.size()));
  for (std::uint64_t n = 1; n <= 2; ++n) {
    const auto differences = check_contact(*fold.view(), ContactId{n});
    ASSERT_TRUE(differences) << to_string(differences.error());
    EXPECT_TRUE(differences->empty()) << "RAPPORT_SEED=" << seed << " " << differences->front().part << " "
                                      << differences->front().how;
  }
}

TEST(ContactCheck, OfAContactThatIsNotThereThereIsNothingToSay) {
  const HistoryFold fold({});
  EXPECT_EQ(*next_contact(*fold.view(), ContactId{0}), std::nullopt);
  EXPECT_TRUE(check_contact(*fold.view(), ContactId{7})->empty());
}

}  // namespace
}  // namespace rapport
