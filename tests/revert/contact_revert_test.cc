#include "projections/contact_revert.h"

#include <gmock/gmock.h>

#include "tests/projections/reader_story.h"

namespace rapport {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// The events of these ids.
RevertChoice these(std::set<std::string> ids) {
  return [ids](const TimelineRow& row) { return ids.contains(row.event_id); };
}

ContactRevert read(ReaderStory& story, std::set<std::string> ids, std::uint64_t contact = 1) {
  return read_contact_revert(story.view(), ContactId{contact}, these(std::move(ids))).value();
}

// "fields.city: "Rome" -> "Oslo""
std::vector<std::string> changes(const ContactRevert& revert) {
  std::vector<std::string> out;
  for (const RevertChange& change : revert.changes) {
    out.push_back(change.path + ": " + change.now.text + " -> " + change.then.text);
  }
  return out;
}
std::vector<std::string> conflicts(const ContactRevert& revert) {
  std::vector<std::string> out;
  for (const RevertConflict& conflict : revert.conflicts) {
    out.push_back(conflict.path + ": " + conflict.value.text + " by " + conflict.event_id);
  }
  return out;
}

ContactChanged everything(const std::string& value, bool flag, std::uint64_t company) {
  ContactChanged change;
  change.fields = {{"city", json_string(value)}};
  change.client = {{ClientAttribute::name, json_string(value)}};
  (flag ? change.tags_added : change.tags_removed) = {"vip"};
  change.company.emplace(CompanyId{company});
  change.archived = flag;
  change.blocked.emplace(flag ? std::optional(Block{}) : std::nullopt);
  return change;
}

TEST(ContactRevert, EveryKindOfRegisterIsSetBackToWhatItWas) {
  ReaderStory story;
  story.tell(1, model::created(), 10).tell(1, model::changed(everything("Oslo", false, 7)), 20);
  story.tell(1, model::changed(everything("Rome", true, 8)), 30);
  const ContactRevert revert = read(story, {"e2"});
  EXPECT_THAT(changes(revert), ElementsAre("archived: true -> false", R"(blocked: {"until":null} -> null)",
                                           R"(client.clientName: "Rome" -> "Oslo")", "companyId: 8 -> 7",
                                           R"(fields.city: "Rome" -> "Oslo")", "tags.vip: true -> false"));
  ASSERT_EQ(revert.setbacks.size(), 1u);
  EXPECT_EQ(revert.setbacks[0].change, everything("Oslo", false, 7));
  EXPECT_EQ(revert.setbacks[0].undone.time, model::at(30));
  EXPECT_EQ(revert.events, 1u);
  EXPECT_EQ(revert.version, 3u);
  EXPECT_FALSE(revert.created);
}

TEST(ContactRevert, WhatWasNeverSetBeforeIsRemoved) {
  ReaderStory story;
  story.tell(1, model::created(), 10).tell(1, model::changed(everything("Rome", true, 8)), 20);
  ContactChanged nothing;
  nothing.fields = {{"city", JsonText{"null"}}};
  nothing.client = {{ClientAttribute::name, JsonText{"null"}}};
  nothing.tags_removed = {"vip"};
  nothing.company.emplace();
  nothing.archived = false;
  nothing.blocked.emplace();
  EXPECT_EQ(read(story, {"e1"}).setbacks.at(0).change, nothing);
}

TEST(ContactRevert, WhatOthersWroteSinceIsLeftAndTold) {
  ReaderStory story;
  story.tell(1, model::field("city", R"("Oslo")"), 10).tell(1, model::field("city", R"("Rome")"), 20);
  story.tell(1, model::field("city", R"("Bergen")"), 30);
  const ContactRevert revert = read(story, {"e1"});
  EXPECT_THAT(changes(revert), IsEmpty());
  EXPECT_THAT(conflicts(revert), ElementsAre(R"(fields.city: "Bergen" by e2)"));
}

TEST(ContactRevert, WhatHadLostWhenItCameIsNoConflict) {
  ReaderStory story;
  story.tell(1, model::field("city", R"("Bergen")"), 30).tell(1, model::field("city", R"("Rome")"), 20);
  const ContactRevert revert = read(story, {"e1"});
  EXPECT_EQ(revert.events, 1u);
  EXPECT_THAT(changes(revert), IsEmpty());
  EXPECT_THAT(conflicts(revert), IsEmpty());
}

TEST(ContactRevert, OneSetbackForEachEventThatHoldsSomething) {
  ReaderStory story;
  story.tell(1, model::field("a", "1"), 10).tell(1, model::field("a", "2"), 20).tell(1, model::field("b", "2"), 30);
  story.tell(1, model::field("c", "2"), 40).tell(1, model::field("c", "3"), 50);
  const ContactRevert revert = read(story, {"e1", "e2", "e3"});
  ASSERT_EQ(revert.setbacks.size(), 2u);
  EXPECT_EQ(revert.setbacks[0].undone_id, "e1");
  EXPECT_EQ(revert.setbacks[0].revert_id, revert_id("crm", "e1", model::at(20)));
  EXPECT_EQ(revert.setbacks[1].undone_id, "e2");
  EXPECT_EQ(revert.first_id, revert.setbacks[0].revert_id);
}

TEST(ContactRevert, WritingTheSameValueTakesNothingBack) {
  ReaderStory story;
  story.tell(1, model::field("city", R"("Oslo")"), 10).tell(1, model::field("city", R"("Oslo")"), 20);
  EXPECT_THAT(read(story, {"e1"}).setbacks, IsEmpty());
}

TEST(ContactRevert, SaysWhoWouldNotBeThere) {
  ReaderStory story;
  story.tell(1, model::created({{"name", JsonText{R"("Ada")"}}}), 10).tell(1, model::visit_started(), 20);
  story.tell(2, model::created(), 10).tell(2, model::note(), 20);
  const ContactRevert whole = read(story, {"e0", "e1"});
  EXPECT_TRUE(whole.created);
  EXPECT_EQ(whole.kept, 1u) << "the visit happened";
  EXPECT_FALSE(read(story, {"e2"}, 2).created) << "the note is someone else's";
}

TEST(ContactRevert, MergesAndUnmergesAreTakenBack) {
  ReaderStory story;
  story.tell(1, model::created(), 10).tell(1, model::merged_into(2), 20);
  story.tell(3, model::created(), 10).tell(3, model::merged_into(4), 20).tell(3, model::unmerged(), 30);
  const ContactRevert merge = read(story, {"e1"});
  EXPECT_THAT(changes(merge), ElementsAre("mergedInto: 2 -> null"));
  ASSERT_TRUE(merge.setbacks.at(0).merged_into) << "the link is what is set back";
  EXPECT_EQ(*merge.setbacks.at(0).merged_into, std::nullopt);
  EXPECT_EQ(merge.merged_into, ContactId{2});
  EXPECT_FALSE(merge.merged);
  const ContactRevert unmerge = read(story, {"e4"}, 3);
  EXPECT_THAT(changes(unmerge), ElementsAre("mergedInto: null -> 4"));
  EXPECT_TRUE(unmerge.merged);
}

TEST(ContactRevert, OfAContactThatIsGoneNothingIsSetBack) {
  ReaderStory story;
  story.tell(1, model::field("a", "1"), 10).tell(1, model::deleted(), 20);
  story.tell(2, model::field("a", "1"), 10).tell(2, model::erased(), 20);
  EXPECT_EQ(read(story, {"e0"}).gone, Gone::deleted);
  EXPECT_THAT(read(story, {"e0"}).setbacks, IsEmpty());
  EXPECT_EQ(read(story, {"e3"}, 2).gone, Gone::erased);
  EXPECT_EQ(read(story, {"e2"}, 2).events, 0u) << "an erased contact's timeline is gone with it";
  EXPECT_EQ(read(story, {"e0"}, 9).events, 0u) << "nobody of that id";
}

TEST(ContactRevert, RefusedEventsChangedNothing) {
  ReaderStory story;
  story.tell(1, model::field("a", "1"), 10).tell(1, model::field("a", "2"), 20, 99);
  EXPECT_EQ(read(story, {"e1"}).events, 0u);
}

TEST(ChosenContacts, AreFoundPieceByPiece) {
  ReaderStory story;
  for (std::uint64_t contact = 1; contact <= 5; ++contact) {
    for (int i = 0; i < 3; ++i) story.tell(contact, model::note(), 10 + i);
  }
  // e0 e1 e2 of contact 1, and so on; the second event of contacts 2, 3 and 5.
  const RevertChoice chosen = these({"e4", "e7", "e13"});
  std::vector<std::uint64_t> found;
  std::vector<std::uint64_t> starts;
  std::optional<ContactId> next{ContactId{0}};
  while (next) {
    const auto piece = find_chosen_contacts(story.view(), *next, chosen, 1, 1'000).value();
    EXPECT_LE(piece.contacts.size(), 1u);
    for (const ContactId id : piece.contacts) found.push_back(id.value);
    next = piece.next;
    if (next) starts.push_back(next->value);
  }
  EXPECT_THAT(found, ElementsAre(2, 3, 5));
  EXPECT_THAT(starts, ElementsAre(3, 4));
  // By rows: whole contacts only.
  const auto piece = find_chosen_contacts(story.view(), ContactId{0}, chosen, 100, 4).value();
  EXPECT_EQ(piece.rows, 5u) << "three of contact 1, and of contact 2 up to the chosen one";
  EXPECT_EQ(piece.next, ContactId{3});
}

}  // namespace
}  // namespace rapport
