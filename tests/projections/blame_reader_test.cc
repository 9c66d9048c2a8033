#include "projections/blame_reader.h"

#include <gmock/gmock.h>

#include "tests/projections/reader_story.h"

namespace rapport {
namespace {

using testing::ElementsAre;

// "e1 "Bergen"", with " lost" behind a write that never was the register's.
std::vector<std::string> writes_of(const Blame& blame) {
  std::vector<std::string> out;
  for (const BlamedWrite& write : blame.writes) {
    out.push_back(write.event_id + " " + write.value.text + (write.lost ? " lost" : ""));
  }
  return out;
}

TEST(BlameReader, NamesTheHolderThenWhatItOverrodeAndWhatLost) {
  ReaderStory story;
  story.tell(1, model::created({{"city", JsonText{R"("Oslo")"}}}), 10);
  story.tell(1, model::field("city", R"("Bergen")"), 30);
  story.tell(1, model::field("city", R"("Late")"), 20);
  story.tell(1, model::field("city", R"("Refused")"), 40, 99);
  story.tell(1, model::tagged("vip"), 50).tell(1, model::untagged("vip"), 60);
  story.tell(2, model::field("city", R"("Other")"), 70);
  const auto blames = read_blame(story.view(), ContactId{1}).value();
  ASSERT_EQ(blames.size(), 2u);
  EXPECT_EQ(blames[0].path, "fields.city");
  EXPECT_THAT(writes_of(blames[0]), ElementsAre(R"(e1 "Bergen")", R"(e2 "Late" lost)", R"(e0 "Oslo")"));
  EXPECT_EQ(blames[1].path, "tags.vip");
  EXPECT_THAT(writes_of(blames[1]), ElementsAre("e5 false", "e4 true"));

  const auto one = read_blame(story.view(), ContactId{1}, "tags.vip").value();
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0].path, "tags.vip");
  EXPECT_TRUE(read_blame(story.view(), ContactId{1}, "tags.never").value().empty());
  EXPECT_TRUE(read_blame(story.view(), ContactId{3}).value().empty());
}

TEST(BlameReader, TellsNoMoreThanItsLimitButCountsAll) {
  ReaderStory story;
  constexpr std::size_t kWrites = kBlameWritesMax + 1;
  for (std::size_t i = 0; i < kWrites; ++i) {
    story.tell(1, model::field("n", std::to_string(i)), static_cast<std::int64_t>(i));
  }
  const auto blames = read_blame(story.view(), ContactId{1}).value();
  ASSERT_EQ(blames.size(), 1u);
  EXPECT_EQ(blames[0].writes.size(), kBlameWritesMax);
  EXPECT_EQ(blames[0].write_count, kWrites);
  EXPECT_EQ(blames[0].writes.front().value.text, std::to_string(kWrites - 1));
}

TEST(BlameReader, NothingIsLeftOfAnErasedContact) {
  ReaderStory story;
  story.tell(1, model::created({{"city", JsonText{R"("Oslo")"}}}), 10).tell(1, model::erased(), 20);
  EXPECT_TRUE(read_blame(story.view(), ContactId{1}).value().empty());
}

}  // namespace
}  // namespace rapport
