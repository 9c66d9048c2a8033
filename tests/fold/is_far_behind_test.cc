// When a fold is so far behind its log that it is worth a catch-up.
#include <gtest/gtest.h>

#include "engine/fold/catch_up.h"

namespace rapport {
namespace {

TEST(IsFarBehind, AllThatIsFoldedTogetherOrNone) {
  const Positions reached{
      {kControlPartition, Offset{0}}, {Partition{0}, Offset{99}}, {Partition{1}, Offset{}}, {Partition{2}, Offset{}}};
  const auto is_far = [&](std::int64_t end_of_0, std::int64_t end_of_1, const OwnedPartitions& owned = std::nullopt) {
    const Positions ends{{kControlPartition, Offset{900}},
                         {Partition{0}, Offset{end_of_0}},
                         {Partition{1}, Offset{end_of_1}},
                         {Partition{2}, Offset{}}};
    return is_far_behind(reached, ends, owned, 100);
  };
  EXPECT_TRUE(is_far(149, 49)) << "the partition that never had a record does not count";
  EXPECT_FALSE(is_far(148, 49)) << "one record too few";
  EXPECT_FALSE(is_far(99, 500)) << "partition 0 is level";
  EXPECT_FALSE(is_far(105, 500)) << "nearly";
  EXPECT_TRUE(is_far(180, 500));
  EXPECT_TRUE(is_far(99, 500, std::set<Partition>{Partition{1}}));
  EXPECT_FALSE(is_far(900, 500, std::set<Partition>{}));
  EXPECT_FALSE(is_far(50, -1)) << "of a log that ends before: it was deleted and made anew";
}

}  // namespace
}  // namespace rapport
