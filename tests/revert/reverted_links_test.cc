// Merges and unmerges that are taken back: the contact that stays is told of them as of the time of the link.
#include "tests/revert/reverter_test.h"

namespace rapport {
namespace {

constexpr std::int64_t kFarAhead = 4'000'000'000;  // seconds: behind whatever has the time of this run

TEST_F(ReverterTest, AMergeIsTakenBackAndBroughtBack) {
  publish(city(1, "Oslo", "crm", 10));
  publish(city(2, "Rome", "crm", 10));
  publish(make_event("m1", "import/b", EventType::contact_merged_into, ContactId{2}, Timestamp{20'000},
                     ContactMergedInto{ContactId{1}}));
  const auto members_of = [&](std::uint64_t root) {
    const auto view = engine_.folder().view();
    return read_merged(contacts_of(*view), ContactId{root})->value().members.size();
  };
  const RevertStatus apart = revert(of_source("import/b"));
  EXPECT_EQ(apart.written, 2u) << "the link, and the hint on the one that stays";
  EXPECT_EQ(state_of(2).merged_into.value, std::nullopt);
  EXPECT_EQ(members_of(1), 0u);
  revert({.selection = {.correlation_id = apart.id}});
  EXPECT_EQ(state_of(2).merged_into.value, ContactId{1});
  EXPECT_EQ(members_of(1), 1u);
}

// What the one that stays is told of has the time of the link, and not that of the revert: what comes for a later time
// wins for both.
TEST_F(ReverterTest, AMergeThatIsStillToArriveWinsOnBothSides) {
  publish(city(1, "Oslo", "crm", 10));
  publish(city(2, "Rome", "crm", 10));
  merge("m1", "import/b", 20);
  revert(of_source("import/b"));
  EXPECT_EQ(members(1, kFarAhead), 0u);
  merge("m2", "import/corrected", 21);
  EXPECT_EQ(members(1, kFarAhead), 1u);
  EXPECT_EQ(members(2, kFarAhead), 1u);
}

TEST_F(ReverterTest, AMergeThatIsBroughtBackWasThereAllTheTime) {
  publish(city(1, "Oslo", "crm", 10));
  publish(city(2, "Rome", "crm", 10));
  merge("m1", "crm", 20);
  Event apart =
      make_event("u1", "import/b", EventType::contact_unmerged, ContactId{2}, Timestamp{30'000}, ContactUnmerged{});
  publish_both(std::move(apart));
  EXPECT_EQ(members(1, 40), 0u);
  revert(of_source("import/b"));
  for (const std::int64_t seconds : {25, 30, 40}) {
    EXPECT_EQ(members(1, seconds), 1u) << seconds;
    EXPECT_EQ(members(2, seconds), 1u) << seconds;
  }
}

}  // namespace
}  // namespace rapport
