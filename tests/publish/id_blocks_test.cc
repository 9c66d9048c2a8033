#include "engine/publish/id_blocks.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

constexpr auto kContacts = static_cast<std::size_t>(IdKind::contact);

ControlState reserved(std::initializer_list<IdRange> ranges) {
  ControlState state;
  for (const IdRange& range : ranges) state.ranges[kContacts].put(range.from, range);
  return state;
}

TEST(IdBlocks, StandOnOneGrid) {
  EXPECT_EQ(block_around(1, 100), (IdBlock{1, 100}));
  EXPECT_EQ(block_around(100, 100), (IdBlock{1, 100}));
  EXPECT_EQ(block_around(101, 100), (IdBlock{101, 100}));
  const IdBlock last = block_around(kIdMax, 1'024);
  EXPECT_LE(last.from, kIdMax);
  EXPECT_EQ(last.from + last.count - 1, kIdMax);
}

TEST(IdBlocks, TheLowestGapIsFree) {
  EXPECT_EQ(lowest_free_block({}, IdKind::contact, 100), (IdBlock{1, 100}));
  EXPECT_EQ(lowest_free_block(reserved({{1, 100, "a"}}), IdKind::contact, 100), (IdBlock{101, 100}));
  EXPECT_EQ(lowest_free_block(reserved({{1, 100, "a"}, {201, 100, ""}}), IdKind::contact, 100), (IdBlock{101, 100}));
  EXPECT_EQ(lowest_free_block(reserved({{1, 100, "a"}, {201, 100, ""}}), IdKind::contact, 100, 2), (IdBlock{301, 200}));
  EXPECT_EQ(lowest_free_block(reserved({{kIdMax, 1, ""}}), IdKind::contact, 100), (IdBlock{1, 100}));
}

TEST(IdBlocks, AnOddRangeIsGoneRound) {
  EXPECT_EQ(lowest_free_block(reserved({{50, 1, ""}}), IdKind::contact, 100), (IdBlock{101, 100}));
  EXPECT_EQ(lowest_free_block(reserved({{50, 200, ""}}), IdKind::contact, 100), (IdBlock{301, 100}));
}

}  // namespace
}  // namespace rapport
