#include "projections/merge_reader.h"

#include <gmock/gmock.h>

#include "tests/projections/reader_story.h"

namespace rapport {
namespace {

using testing::ElementsAre;

JsonText text(const char* value) { return json_string(value); }

std::uint64_t root_in(const View& view, std::uint64_t id) { return root_of(contacts_of(view), ContactId{id})->value; }

std::vector<std::uint64_t> members_in(const View& view, std::uint64_t id) {
  std::vector<std::uint64_t> out;
  const auto merged = read_merged(contacts_of(view), ContactId{id}).value();
  for (const MergeMember& member : merged->members) out.push_back(member.id.value);
  return out;
}

ReaderStory& merge(ReaderStory& story, std::uint64_t loser, std::uint64_t into, std::int64_t seconds) {
  return story.tell(loser, model::merged_into(into), seconds).tell(into, model::absorbed(loser), seconds);
}

TEST(MergeReader, LinksLeadToTheRoot) {
  ReaderStory story;
  for (std::uint64_t id = 1; id <= 5; ++id) story.tell(id, model::created(), 10);
  merge(merge(merge(story, 3, 2, 20), 2, 1, 30), 4, 1, 40);
  for (std::uint64_t id = 1; id <= 4; ++id) {
    EXPECT_EQ(root_in(story.view(), id), 1u);
    EXPECT_THAT(members_in(story.view(), id), ElementsAre(2, 3, 4));
  }
  EXPECT_EQ(root_in(story.view(), 5), 5u);
  EXPECT_THAT(members_in(story.view(), 5), ElementsAre());
  EXPECT_EQ(read_merged(contacts_of(story.view()), ContactId{6}).value(), std::nullopt);
}

TEST(MergeReader, TheSmallestIdOfACircleIsItsRoot) {
  ReaderStory story;
  for (std::uint64_t id = 1; id <= 5; ++id) story.tell(id, model::created(), 10);
  merge(merge(merge(merge(story, 5, 4, 20), 4, 3, 30), 3, 2, 40), 2, 4, 50);
  for (std::uint64_t id = 2; id <= 5; ++id) {
    EXPECT_EQ(root_in(story.view(), id), 2u);
    EXPECT_THAT(members_in(story.view(), id), ElementsAre(3, 4, 5));
  }
}

TEST(MergeReader, TheLosersLinkAloneDecides) {
  ReaderStory story;
  for (std::uint64_t id = 1; id <= 3; ++id) story.tell(id, model::created(), 10);
  merge(story, 2, 1, 20).tell(2, model::unmerged(), 30);  // no contact.parted has reached 1
  story.tell(1, model::absorbed(3), 40);                  // 3 knows nothing of it
  EXPECT_THAT(members_in(story.view(), 1), ElementsAre());
  EXPECT_EQ(root_in(story.view(), 2), 2u);
}

TEST(MergeReader, TheRootsValuesComeFirstThenTheNewestMembers) {
  ReaderStory story;
  story.tell(1, model::created({{"name", text("Root")}}), 100);
  story.tell(2, model::created({{"name", text("Two")}, {"city", text("Oslo")}, {"age", JsonText{"1"}}}), 10);
  story.tell(3, model::created({{"name", text("Root")}, {"city", text("Bergen")}}), 20);
  story.tell(2, model::tagged("vip"), 11).tell(3, model::page(), 30).tell(1, model::field("age", "null"), 101);
  merge(merge(story, 2, 1, 40), 3, 1, 50);
  const auto merged = read_merged(contacts_of(story.view()), ContactId{2}).value();
  EXPECT_EQ(merged->root, ContactId{1});
  EXPECT_EQ(merged->version, 2u);
  EXPECT_EQ(merged->state.fields.at("name").value, text("Root"));
  EXPECT_EQ(merged->state.fields.at("city").value, text("Bergen"));
  EXPECT_EQ(merged->state.fields.at("age").value.text, "1");
  EXPECT_THAT(merged->alternates.at("name"), ElementsAre(Alternate{text("Two"), ContactId{2}}));
  EXPECT_THAT(merged->alternates.at("city"), ElementsAre(Alternate{text("Oslo"), ContactId{2}}));
  EXPECT_EQ(merged->alternates.size(), 2u);
  EXPECT_TRUE(merged->state.tags.at("vip").value);
  EXPECT_EQ(merged->state.date_created(), model::at(10));
  EXPECT_EQ(merged->state.last_seen, model::at(30));
  EXPECT_FALSE(merged->state.merged_into.value);
}

TEST(MergeReader, AGoneRootIsGoneForAll) {
  ReaderStory story;
  story.tell(1, model::created(), 10).tell(2, model::created(), 10);
  merge(story, 2, 1, 20).tell(1, model::deleted(), 30);
  EXPECT_EQ(read_merged(contacts_of(story.view()), ContactId{2}).value()->state.gone, Gone::deleted);
}

// Contacts 2, 3 ... up to `count` + 1, all merged into 1.
ContactSource star(std::uint64_t count) {
  return [count](ContactId id) -> Result<std::optional<ContactState>> {
    ContactState state;
    state.exists = true;
    const WriteStamp at{Timestamp{1}, Offset{1}};
    if (id != ContactId{1}) {
      state.merged_into.write(ContactId{1}, at);
    } else {
      for (std::uint64_t n = 2; n <= count + 1; ++n) state.absorbed[ContactId{n}].write(true, at);
    }
    return std::optional(std::move(state));
  };
}

TEST(MergeReader, RefusesMoreMembersThanItsLimit) {
  EXPECT_EQ(read_merged(star(kMergeMembersMax), ContactId{1}).value()->members.size(), kMergeMembersMax);
  EXPECT_EQ(read_merged(star(kMergeMembersMax + 1), ContactId{1}).error().code, Errc::too_large);
}

}  // namespace
}  // namespace rapport
