#include "tests/model/model_contact.h"

#include <gtest/gtest.h>

#include "tests/model/story.h"

namespace rapport::model {
namespace {

const Subject kSubject = ContactId{1};

Contact contact_told(const std::vector<Step>& steps) { return tell(kSubject, steps).contacts.at(ContactId{1}); }

LogPosition offset(std::int64_t value) { return {Partition{0}, Offset{value}}; }

TEST(ModelContact, AWriteWithTheGreatestTimeWins) {
  const Contact contact = contact_told({
      {"a", created({{"email", JsonText{"\"a\""}}, {"name", JsonText{"\"A\""}}}), 10},
      {"b", field("email", "\"b\""), 30},
      {"c", field("email", "\"late\""), 20},
      {"d", field("name", "null"), 11},
      {"e", field("name", "\"first\""), 10},  // later in the log than the creation, earlier than the removal
  });
  EXPECT_EQ(contact.fields.at("email"), (Register<JsonText>{{"\"b\""}, at(30), offset(1)}));
  EXPECT_EQ(contact.fields.at("name"), (Register<JsonText>{{"null"}, at(11), offset(3)}));
}

TEST(ModelContact, AtOneTimeTheLaterRecordWins) {
  const Contact contact = contact_told({{"a", field("plan", "1"), 10}, {"b", field("plan", "2"), 10}});
  EXPECT_EQ(contact.fields.at("plan"), (Register<JsonText>{{"2"}, at(10), offset(1)}));
}

TEST(ModelContact, EachPartIsARegisterOfItsOwn) {
  const Contact contact = contact_told({
      {"a",
       changed({.tags_added = {"vip"},
                .tags_removed = {"new"},
                .client = {{ClientAttribute::name, JsonText{"\"Firefox\""}}},
                .company = CompanyId{7},
                .archived = true,
                .blocked = Block{at(99)}}),
       20},
      {"b", changed({.tags_added = {"new"}, .archived = false}), 10},
      {"c", changed({.company = std::optional<CompanyId>{}}), 30},
      {"d", untagged("vip"), 30},
      {"e", changed({.blocked = std::optional<Block>{}}), 5},
  });
  EXPECT_EQ(contact.tags.at("vip"), (Register<bool>{false, at(30), offset(3)}));
  EXPECT_EQ(contact.tags.at("new"), (Register<bool>{false, at(20), offset(0)}));
  EXPECT_EQ(contact.client.at(ClientAttribute::name).value, JsonText{"\"Firefox\""});
  EXPECT_EQ(contact.company, (Register<std::optional<CompanyId>>{std::nullopt, at(30), offset(2)}));
  EXPECT_EQ(contact.archived, (Register<bool>{true, at(20), offset(0)}));
  EXPECT_EQ(contact.blocked, (Register<std::optional<Block>>{Block{at(99)}, at(20), offset(0)}));
}

TEST(ModelContact, MergeLinksAreRegisters) {
  const Contact contact = contact_told({
      {"a", merged_into(5), 20},
      {"b", unmerged(), 10},  // late: it undoes nothing
      {"c", absorbed(8), 10},
      {"d", parted(8), 11},
      {"e", absorbed(9), 10},
  });
  EXPECT_EQ(contact.existence, Existence::missing);
  EXPECT_EQ(contact.merged_into, (Register<std::optional<ContactId>>{ContactId{5}, at(20), offset(0)}));
  EXPECT_FALSE(contact.absorbed.at(ContactId{8}).value);
  EXPECT_TRUE(contact.absorbed.at(ContactId{9}).value);
}

TEST(ModelContact, SomeTypesDoNotCreateIt) {
  for (const Said& said : {merged_into(2), unmerged(), absorbed(2), parted(2)}) {
    EXPECT_EQ(contact_told({{"a", said, 10}}).existence, Existence::missing);
    EXPECT_EQ(contact_told({{"a", said, 10}, {"b", Said{}, 11}}).existence, Existence::present);
  }
  for (const Said& said :
       {created(), changed({}), visit_started(), visit_ended({}), page(), message("c"), note(), Said{}}) {
    EXPECT_EQ(contact_told({{"a", said, 10}}).existence, Existence::present);
  }
}

TEST(ModelContact, IsDeletedAlsoWhereItNeverWas) {
  const Contact contact =
      contact_told({{"a", deleted(), 10, "accepted v1"}, {"b", created(), 11, "refused contact_deleted v1"}});
  EXPECT_EQ(contact.existence, Existence::deleted);
  EXPECT_EQ(contact.gone_since, at(10));
}

TEST(ModelContact, DatesFollowTheEarliestCreation) {
  Said dated = created();
  std::get<ContactCreated>(dated.payload).date_created = at(1);
  struct Row {
    const char* what;
    std::vector<Step> steps;
    std::int64_t created, updated;
  };
  const std::vector<Row> rows{
      {"its time", {{"a", created(), 20}}, 20, 20},
      {"what it says of itself", {{"a", dated, 20}}, 1, 20},
      {"of the earliest, not of one that says less", {{"a", dated, 20}, {"b", created(), 10}}, 10, 20},
      {"a visit came before", {{"v", visit_started(), 5}, {"a", created(), 20}}, 20, 20},
      {"no creation: the earliest time", {{"a", tagged("vip"), 20}, {"v", note(), 5}}, 5, 20},
      {"no creation: a merge link's time too", {{"a", merged_into(2), 3}, {"v", tagged("vip"), 5}}, 3, 5},
      {"absorbing is a change", {{"a", created(), 20}, {"b", absorbed(2), 30}, {"v", note(), 40}}, 20, 30},
      {"a refused event is none",
       {{"a", created(), 20}, {"b", created(), 10, "refused wrong_expected_version v1", 9}},
       20,
       20},
  };
  for (const Row& row : rows) {
    const Contact contact = contact_told(row.steps);
    EXPECT_EQ(contact.date_created, at(row.created)) << row.what;
    EXPECT_EQ(contact.date_updated, at(row.updated)) << row.what;
  }
}

TEST(ModelContact, IsSeenInVisitsPagesAndChats) {
  const Contact contact = contact_told({
      {"a", created(), 1},
      {"b", page(), 20},
      {"c", message("c"), 30},
      {"d", visit_started(), 10, "refused wrong_expected_version v1", 9},
      {"e", status("c", CaseStatus::closed), 40},
      {"f", note(), 50},
      {"g", Said{}, 60},
  });
  EXPECT_EQ(contact.first_seen, at(20));
  EXPECT_EQ(contact.last_seen, at(30));
  EXPECT_EQ(contact_told({{"a", created(), 1}}).first_seen, std::nullopt);
}

TEST(ModelContact, TheTimelineHoldsWhatWasRefusedAndNoRepeats) {
  const Contact contact = contact_told({
      {"a", created(), 20},
      {"b", note(), 10},
      {"c", note(), 15, "refused wrong_expected_version v1", 9},
      {"a", created(), 20, "repeated 0 accepted v1"},
      {"d", note(), 20},
  });
  std::string told;
  for (const Entry& entry : contact.timeline) told += entry.event().id + (entry.refused ? "! " : " ");
  EXPECT_EQ(told, "b c! a d ");
}

TEST(ModelContact, VisitsBeginWithTheFirstEventThatNamesThem) {
  const Contact contact = contact_told({
      {"a", page("v"), 30},
      {"b", visit_started({.visit_id = "v", .url = "https://shop.example/new", .title = "New"}), 20},
      {"c", visit_started({.visit_id = "v", .url = "https://shop.example/old", .referrer = "https://search.example/"}),
       10},
      {"d", visit_ended("v"), 40},
      {"e", page("v"), 35},
      {"f", visit_started({.url = "https://shop.example/"}), 50},  // its id is the event's
      {"g", visit_ended({}), 60},                                  // names none
      {"h", page({}), 70},
      {"i", chat({.case_id = "c", .visit_id = "w", .channel = "web"}), 80},
  });
  ASSERT_EQ(contact.visits.size(), 3u);
  const Visit& visit = contact.visits.at("v");
  EXPECT_EQ(visit.first, at(10));
  EXPECT_EQ(visit.last, at(40));
  EXPECT_EQ(visit.ended, at(40));
  EXPECT_EQ(visit.pages, 2u);
  EXPECT_EQ(visit.started->time, at(20));
  EXPECT_EQ(visit.started->value.title, "New");
  EXPECT_EQ(visit.started->value.referrer, std::nullopt);  // the winning start counts whole
  EXPECT_EQ(contact.visits.at("f").started->value.url, "https://shop.example/");
  EXPECT_EQ(contact.visits.at("w").started, std::nullopt);
  EXPECT_EQ(contact.visits.at("w").first, at(80));
  EXPECT_EQ(contact.counters.visits, 3u);
}

TEST(ModelContact, ACaseHasTheStatusOfTheGreatestTime) {
  const Contact contact = contact_told({
      {"a", status("c", CaseStatus::closed), 30},
      {"b", status("c", CaseStatus::active), 20},
      {"c", chat({.case_id = "c", .channel = "web", .title = "Order", .agent_id = "ann"}), 10},
      {"d", message("c"), 15},
      {"e", message("c"), 40},
      {"f", chat({.channel = "mail"}), 50},
      {"g", message("h"), 60},
  });
  ASSERT_EQ(contact.cases.size(), 3u);
  const Case& closed = contact.cases.at("c");
  EXPECT_EQ(closed.current_status(), CaseStatus::closed);
  EXPECT_EQ(closed.closed(), at(30));
  EXPECT_EQ(closed.started->value.title, "Order");
  EXPECT_EQ(closed.agent->value, "ann");
  EXPECT_EQ(closed.messages, 2u);
  EXPECT_EQ(closed.first, at(10));
  EXPECT_EQ(closed.last, at(40));
  EXPECT_EQ(contact.cases.at("f").current_status(), CaseStatus::queued);
  EXPECT_EQ(contact.cases.at("f").closed(), std::nullopt);
  EXPECT_EQ(contact.cases.at("h").started, std::nullopt);
  const Counters expected{.events = 7, .visits = 0, .chats = 3, .messages = 3, .open_cases = 2};
  EXPECT_EQ(contact.counters, expected);
}

TEST(ModelContact, TheAgentIsTheLastOneNamed) {
  const Said taken{EventType::case_status_changed, CaseStatusChanged{"c", CaseStatus::active, {}, "bob"}};
  const Contact contact = contact_told({
      {"a", chat({.case_id = "c", .channel = "web", .agent_id = "ann"}), 10},
      {"b", taken, 20},
      {"c", status("c", CaseStatus::closed), 30},  // names none
  });
  EXPECT_EQ(contact.cases.at("c").agent, (Register<std::string>{"bob", at(20), offset(1)}));
}

TEST(ModelContact, CollectsTheIdentitiesItsEventsCameUnder) {
  const Identity web{"web", "a"}, mail{"mail", "b"}, phone{"phone", "c"};
  std::vector<Step> steps{
      {.id = "a", .said = visit_started(), .time = 10, .identity = web},
      {.id = "b", .said = note(), .time = 11, .identity = mail},
      {.id = "c", .said = note(), .time = 12, .identity = web},
      {.id = "d",
       .said = note(),
       .time = 13,
       .becomes = "refused wrong_expected_version v0",
       .expected = 9,
       .identity = phone},
  };
  EXPECT_EQ(contact_told(steps).identities, (std::set<Identity>{web, mail}));
  steps.push_back({"e", deleted(), 14});  // holds none any more, but its events did come under them
  EXPECT_EQ(contact_told(steps).identities, (std::set<Identity>{web, mail}));
}

TEST(ModelContact, ADeletedOneKeepsItsStateAndTimeline) {
  const Contact contact = contact_told({
      {"a", field("name", "\"Ann\""), 10},
      {"d", deleted(), 5},
      {"b", field("name", "\"Bob\""), 20, "refused contact_deleted v2"},
  });
  EXPECT_EQ(contact.existence, Existence::deleted);
  EXPECT_EQ(contact.gone_since, at(5));
  EXPECT_EQ(contact.fields.at("name").value, JsonText{"\"Ann\""});
  EXPECT_EQ(contact.date_updated, at(10));
  EXPECT_EQ(contact.timeline.size(), 3u);
}

TEST(ModelContact, AnErasedOneLeavesATombstone) {
  const Contact contact = contact_told({
      {"a", field("name", "\"Ann\""), 10},
      {"n", note(), 11},
      {"o", note(), 11},
      {"p", note(), 11, "refused wrong_expected_version v1", 9},
      {"d", deleted(), 11},
      {"e", erased(), 12},
      {"b", created(), 9, "refused contact_erased v3"},
      {"b", created(), 9, "repeated 6 refused contact_erased v3"},
      {"n", note(), 11, "refused contact_erased v3"},  // what would tell that it is a repeat is gone
  });
  std::string told;
  for (const Entry& entry : contact.timeline) told += entry.event().id + " ";
  EXPECT_EQ(told, "b n e ");
  EXPECT_EQ(contact.timeline.front().event().data, "");

  Contact expected;
  expected.existence = Existence::erased;
  expected.version = 3;
  expected.gone_since = at(12);
  expected.timeline = contact.timeline;
  expected.accepted_by_type = {
      {"contact.fields.changed", 1}, {"contact.deleted", 1}, {"contact.erased", 1}, {"note.added", 2}};
  expected.refused = 3;
  EXPECT_EQ(contact, expected);
}

}  // namespace
}  // namespace rapport::model
