#include "projections/blame_reader.h"

#include <gmock/gmock.h>

#include "projections/merged_blame.h"
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

TEST(BlameReader, OfAMergeSaysWhoseWriteTheWholeHas) {
  ReaderStory story;
  story.tell(1, model::created({{"city", JsonText{R"("Oslo")"}}}), 10).tell(1, model::tagged("vip"), 11);
  story.tell(1, model::untagged("vip"), 12);
  story.tell(2, model::field("city", R"("Bergen")"), 20).tell(2, model::field("plan", R"("pro")"), 21);
  story.tell(2, model::tagged("vip"), 22);
  story.tell(3, model::field("plan", R"("free")"), 30);
  for (const std::uint64_t loser : {2, 3})
    story.tell(loser, model::merged_into(1), 40).tell(1, model::absorbed(loser), 41);
  const MergedContact whole = read_merged(contacts_of(story.view()), ContactId{2}).value().value();
  const auto blames = read_merged_blame(story.view(), whole).value();

  // "fields.city 1 2": the members that wrote there, the one first whose value the whole has.
  std::vector<std::string> told;
  for (const MergedBlame& blame : blames) {
    told.push_back(blame.path());
    for (const MemberBlame& member : blame.members) told.back() += " " + std::to_string(member.contact.value);
  }
  EXPECT_THAT(told, ElementsAre("fields.city 1 2", "fields.plan 2 3", "tags.vip 2 1"));
  for (const MergedBlame& blame : blames) {
    if (!blame.path().starts_with("fields.")) continue;
    const auto& shown = whole.state.fields.find(blame.path().substr(std::string("fields.").size()))->second;
    EXPECT_EQ(blame.members.front().blame.writes.front().value, shown.value);
  }
}

TEST(BlameReader, NothingIsLeftOfAnErasedContact) {
  ReaderStory story;
  story.tell(1, model::created({{"city", JsonText{R"("Oslo")"}}}), 10).tell(1, model::erased(), 20);
  EXPECT_TRUE(read_blame(story.view(), ContactId{1}).value().empty());
}

}  // namespace
}  // namespace rapport
