#include "engine/publish/id_intervals.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

TEST(IdIntervals, HoldWhatWasAddedAndNoMore) {
  IdIntervals ids;
  EXPECT_FALSE(ids.has(1));
  ids.add(10, 5);
  for (const std::uint64_t id : {10, 12, 14}) EXPECT_TRUE(ids.has(id)) << id;
  for (const std::uint64_t id : {1, 9, 15}) EXPECT_FALSE(ids.has(id)) << id;
}

TEST(IdIntervals, AreJoinedWhereTheyMeet) {
  IdIntervals ids;
  ids.add(1, 2);
  ids.add(6, 2);
  ids.add(20, 1);
  EXPECT_EQ(ids.interval_count(), 3u);
  ids.add(3, 1);  // behind one
  EXPECT_EQ(ids.interval_count(), 3u);
  ids.add(5, 1);  // before one
  EXPECT_EQ(ids.interval_count(), 3u);
  ids.add(4, 1);  // between two
  EXPECT_EQ(ids.interval_count(), 2u);
  for (std::uint64_t id = 1; id <= 7; ++id) EXPECT_TRUE(ids.has(id)) << id;
  EXPECT_FALSE(ids.has(8));
  EXPECT_TRUE(ids.has(20));
}

}  // namespace
}  // namespace rapport
