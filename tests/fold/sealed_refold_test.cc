// An encrypted log folds as ever; and once the keys of erased contacts are destroyed, so that what was said of them can
// no longer be read, a refold still gives the rows that the fold left which could read it.
// RAPPORT_SEED=n to see a failure again.
#include <gmock/gmock.h>

#include "engine/fold/refold.h"
#include "engine/log/embedded_log.h"
#include "engine/log/log_copy.h"
#include "engine/log/log_seal.h"
#include "projections/contact_reader.h"
#include "tests/model/random_history.h"
#include "tests/projections/history_fold.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

constexpr std::int32_t kPartitions = 3;
constexpr std::uint64_t kContactsMax = 200;  // more than histories have

class SealedRefold : public testing::Test {
 protected:
  // The history in clear, and its copy in an encrypted log.
  void write(const model::History& history) {
    clear_ = open("clear");
    ASSERT_TRUE(append_and_wait(*clear_, history));
    sealed_ = open("sealed");
    ASSERT_TRUE(seal_log(*sealed_, directory_.path(), {.wish = SealWish::always}));
    const auto copied = copy_log(*clear_, *sealed_, {});
    ASSERT_TRUE(copied) << to_string(copied.error());
  }
  std::unique_ptr<EmbeddedLog> open(const char* name) const {
    return *EmbeddedLog::open({.directory = directory_.path() / name, .partition_count = kPartitions});
  }
  std::unique_ptr<Generation> fold_steps(const char* name) {
    auto generation = *Generation::open({.directory = directory_.path() / name});
    EXPECT_TRUE(refold_steps(*sealed_, *generation, *sealed_->ends(), {}));
    EXPECT_TRUE(generation->finish_indexes());
    return generation;
  }
  std::unique_ptr<Generation> fold_sorted(const char* name) {
    auto generation = *Generation::open({.directory = directory_.path() / name, .unlogged = true});
    const auto folded = refold(*sealed_, *generation, *sealed_->ends());
    EXPECT_TRUE(folded) << to_string(folded.error());
    return generation;
  }
  static std::vector<ContactId> erased_in(const View& view) {
    std::vector<ContactId> out;
    for (std::uint64_t id = 1; id <= kContactsMax; ++id) {
      const auto state = read_contact(view, ContactId{id});
      if (state && *state && (*state)->gone == Gone::erased) out.push_back(ContactId{id});
    }
    return out;
  }

  TemporaryDirectory directory_{fastest_directory()};
  std::unique_ptr<EmbeddedLog> clear_, sealed_;
};

TEST_F(SealedRefold, GivesTheSameRowsOnceTheKeysOfErasedContactsAreDestroyed) {
  const std::uint64_t first = model::seed_of_this_run();
  std::size_t erased_in_all = 0;
  for (std::uint64_t seed = first; seed < first + 20; ++seed) {
    SCOPED_TRACE("RAPPORT_SEED=" + std::to_string(seed));
    std::filesystem::remove_all(directory_.path());
    std::filesystem::create_directories(directory_.path());
    write(model::random_history({.seed = seed, .records = 400, .partitions = kPartitions}));
    const auto live = fold_steps("live");
    const auto erased = erased_in(*live->view());
    erased_in_all += erased.size();
    ASSERT_TRUE(sealed_->seal()->keys().destroy(erased, Timestamp{1'000}));
    ASSERT_EQ(row_difference(*live->view(), *fold_steps("again")->view()), "");
    ASSERT_EQ(row_difference(*live->view(), *fold_sorted("sorted")->view()), "");
    clear_.reset();
    sealed_.reset();
  }
  EXPECT_GT(erased_in_all, 0u);
}

// A copy that encrypts says the same as what it was made from: contacts have the digests that they had.
TEST_F(SealedRefold, FoldsToTheContactsOfTheLogInClear) {
  write(model::random_history({.seed = 5, .records = 400, .partitions = kPartitions}));
  auto of_clear = *Generation::open({.directory = directory_.path() / "of clear"});
  ASSERT_TRUE(refold(*clear_, *of_clear, *clear_->ends()));
  const auto of_sealed = fold_sorted("of sealed");
  std::size_t contacts = 0;
  for (std::uint64_t id = 1; id <= kContactsMax; ++id) {
    const auto one = read_contact(*of_clear->view(), ContactId{id}),
               other = read_contact(*of_sealed->view(), ContactId{id});
    ASSERT_TRUE(one && other);
    ASSERT_EQ(one->has_value(), other->has_value()) << id;
    if (!*one) continue;
    ++contacts;
    EXPECT_EQ(contact_digest(ContactId{id}, **one), contact_digest(ContactId{id}, **other)) << id;
  }
  EXPECT_GT(contacts, 3u);
}

// Passed by, it would be missing from the state for good, and nobody would know.
TEST_F(SealedRefold, StopsAtAnEventWhoseKeyIsMissing) {
  write(model::random_history({.seed = 5, .records = 50, .partitions = kPartitions}));
  std::filesystem::remove_all(directory_.path() / kKeysDirectory);
  sealed_.reset();
  sealed_ = open("sealed");
  auto generation = *Generation::open({.directory = directory_.path() / "rows"});
  for (const bool keys_of_another : {false, true}) {
    if (keys_of_another) {
      std::filesystem::remove(directory_.path() / kMasterKeyFile);
      sealed_->use_seal(std::make_shared<const EventSeal>(std::shared_ptr<ContactKeys>(
          *ContactKeys::open(directory_.path() / "others", SecretKey::draw(), sealed_->id()))));
    }
    const auto folded = refold(*sealed_, *generation, *sealed_->ends());
    ASSERT_FALSE(folded);
    EXPECT_EQ(folded.error().code, Errc::corrupt);
    EXPECT_THAT(folded.error().detail, testing::AllOf(testing::HasSubstr("key"), testing::HasSubstr("offset")));
  }
}

TEST_F(SealedRefold, IsNotBegunOnALogThatHoldsEventsInClear) {
  clear_ = open("clear");
  ASSERT_TRUE(append_and_wait(*clear_, model::random_history({.seed = 5, .records = 5, .partitions = kPartitions})));
  const auto refused = seal_log(*clear_, directory_.path(), {.wish = SealWish::always});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::invalid_argument);
  EXPECT_EQ(refused.error().field, "encrypt");
}

}  // namespace
}  // namespace rapport
