// What a page may publish about its visitor, and what it may not.
#include <gmock/gmock.h>

#include "engine/http/api/page_event.h"
#include "tests/http/api/channel_test.h"

namespace rapport {
namespace {

using ChannelEvents = ChannelTest;

TEST_F(ChannelEvents, WhatAVisitorDidIsOnTheTimelineOfAContactOfTheirOwn) {
  const Answer answer =
      say(event(1, "visit.started", R"({"visitId":"v","url":"https://shop.example/","referrer":""})") + "," + page(2) +
          "," + event(3, "chat.started", R"({"caseId":"c","visitId":"v"})") + "," +
          event(4, "chat.message", R"({"caseId":"c","text":"Hello"})") + "," +
          event(5, "visit.ended", R"({"visitId":"v"})"));
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.number_at("/totals/durable"), 5);
  EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), kOrigin);
  EXPECT_EQ(answer.header("Vary"), "Origin");
  EXPECT_EQ(answer.header("Access-Control-Allow-Credentials"), "");
  EXPECT_EQ(answer.header("Rapport-Position"), "");
  EXPECT_THAT(types(),
              testing::ElementsAre("visit.started", "page.viewed", "chat.started", "chat.message", "visit.ended"));
  const Answer timeline = get(contact_path() + "/timeline?order=asc");
  EXPECT_EQ(timeline.text_at("/items/3/data/author"), "contact");
  EXPECT_EQ(timeline.text_at("/items/3/actor"), id_of(shop_));
  EXPECT_EQ(timeline.text_at("/items/3/source"), "page/" + id_of(shop_));
}

TEST_F(ChannelEvents, RejectsWhatAPageMayNotSayAndTakesTheRest) {
  struct Row {
    std::string said, field;
  };
  const std::string large(kPageFieldBytesMax + 1, 'a');
  const std::vector<Row> rows{
      {event(1, "contact.merged_into", R"({"into":1})"), "type"},
      {event(1, "contact.deleted"), "type"},
      {event(1, "contact.created", R"({"tags":["vip"]})"), "type"},
      {event(1, "contact.tags.changed", R"({"add":["vip"]})"), "type"},
      {event(1, "contact.fields.changed", R"({"fields":{"name":"Ada"}})"), "type"},
      {event(1, "identity.claimed", R"({"channel":"web","externalId":"a","contactId":1})"), "type"},
      {event(1, "note.added", R"({"text":"a"})"), "type"},
      {event(1, "shop.order.placed"), "type"},
      {event(1, ""), "type"},
      {event(1, "chat.message", R"({"caseId":"c","text":"a","author":"agent"})"), "data.author"},
      {event(1, "chat.started", R"({"caseId":"c","agentId":"7"})"), "data.agentId"},
      {event(1, "chat.started", R"({"caseId":"c","channel":"phone"})"), "data.channel"},
      {event(1, "chat.message", R"({"text":"a"})"), "data.caseId"},
      {event(1, "visit.started", R"({"ip":"127.0.0.1"})"), "data.ip"},
      {event(1, "visit.started", R"({"":"a"})"), "data."},
      {event(1, "page.viewed", R"({"url":7})"), "data.url"},
      {event(1, "page.viewed"), "data.url"},
      {R"({"id":"1","type":"page.viewed","data":{"url":"/"}})", "id"},
      {R"({"type":"page.viewed","data":{"url":"/"}})", "id"},
      {R"({"id":")" + event_id(1) + R"(","type":"page.viewed"})", "data"},
      {R"({"subject":"contact/1",)" + page(1).substr(1), "subject"},
      {R"({"time":"2020-01-01T00:00:00Z",)" + page(1).substr(1), "time"},
      {R"({"expectedversion":0,)" + page(1).substr(1), "expectedversion"},
      {"7", ""},
      {event(1, "identify"), "data"},
      {event(1, "identify", R"({"externalId":""})"), "data.externalId"},
      {event(1, "identify", R"({"externalId":7})"), "data.externalId"},
      {event(1, "identify", R"({"tags":["vip"]})"), "data.tags"},
      {event(1, "identify", R"({"fields":{"plan":"pro"}})"), "data.fields.plan"},
      {event(1, "identify", R"({"fields":{"claimedId":"a"}})"), "data.fields.claimedId"},
      {event(1, "identify", R"({"fields":{"name":null}})"), "data.fields.name"},
      {event(1, "identify", R"({"fields":{"name":{"a":1}}})"), "data.fields.name"},
      {event(1, "identify", R"({"fields":{"name":")" + large + R"("}})"), "data.fields.name"},
  };
  for (const Row& row : rows) {
    const Answer answer = say(row.said + "," + page(2));
    ASSERT_EQ(answer.status, 200) << row.said;
    ASSERT_EQ(answer.number_at("/totals/rejected"), 1) << row.said;
    EXPECT_EQ(answer.number_at("/totals/durable"), 1) << row.said;
    EXPECT_EQ(answer.number_at("/rejected/0/index"), 0) << row.said;
    EXPECT_EQ(answer.text_at("/rejected/0/field"), row.field) << answer.body;
  }
  EXPECT_THAT(types(), testing::ElementsAre("page.viewed"));
  EXPECT_EQ(
      say(event(3, "identify", R"({"fields":{"name":")" + large.substr(1) + R"("}})")).number_at("/totals/durable"), 1);
}

TEST_F(ChannelEvents, WhatTheEngineRejectsOfAContactIsNotToldToThePage) {
  const Answer declared =
      post("/api/v1/crm/objects/object-field",
           R"({"object":"contact","key":"email","config":{"input":{"type":"text","validationFormat":"email"}}})");
  ASSERT_EQ(declared.status, 200) << declared.body;
  const Answer answer = say(event(1, "identify", R"({"externalId":"a","fields":{"email":"nowhere"}})"));
  EXPECT_EQ(answer.number_at("/totals/rejected"), 1) << answer.body;
  EXPECT_TRUE(answer.at("/rejected").as_array().empty());
  EXPECT_TRUE(holder("said-" + id_of(shop_), "a").is_null()) << "nothing of an event that is rejected";
}

TEST_F(ChannelEvents, ARetryFoldsOnce) {
  const std::string first = event(1, "visit.started", R"({"visitId":"v"})"), second = page(2);
  for (const std::string& events : {first, first, first + "," + second, second, second + "," + first}) {
    EXPECT_EQ(say(events).status, 200);
  }
  EXPECT_THAT(types(), testing::ElementsAre("visit.started", "page.viewed"));
  reopen();
  EXPECT_EQ(say(first + "," + second).status, 200);
  EXPECT_THAT(types(), testing::ElementsAre("visit.started", "page.viewed"));
  EXPECT_EQ(get(contact_path()).number_at("/counters/visits"), 1);
}

TEST_F(ChannelEvents, IdentifySetsFieldsAndClaimsAFreeName) {
  const Answer answer =
      say(event(1, "identify", R"({"externalId":"customer-17","fields":{"name":"Ada","email":"ada@x.example"}})"));
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Answer contact = get(contact_path());
  EXPECT_EQ(contact.text_at("/fields/name"), "Ada");
  EXPECT_EQ(contact.text_at("/fields/email"), "ada@x.example");
  EXPECT_EQ(contact.text_at("/fields/claimedId"), "customer-17");
  EXPECT_EQ(holder("said-" + id_of(shop_), "customer-17"), contact.at("/id"));
}

TEST_F(ChannelEvents, IdentifyLeavesATakenNameWithItsOwnerAndTellsNobody) {
  const std::string said = R"({"externalId":"customer-17"})";
  const Answer first = say(event(1, "identify", said));
  const auto owner = holder("said-" + id_of(shop_), "customer-17");
  const Answer second = say(event(2, "identify", said), kOther);
  EXPECT_EQ(first.body, second.body);
  EXPECT_EQ(holder("said-" + id_of(shop_), "customer-17"), owner);
  const Answer other = get(contact_path(kOther));
  EXPECT_NE(other.at("/id"), owner);
  EXPECT_TRUE(other.at("/mergedInto").is_null());
  EXPECT_EQ(other.text_at("/fields/claimedId"), "customer-17");
  EXPECT_EQ(say(event(1, "identify", said)).body, first.body) << "a retry";
}

TEST_F(ChannelEvents, ANameOfADeletedContactIsFreeAgain) {
  say(event(1, "identify", R"({"externalId":"customer-17"})"));
  ASSERT_EQ(send(HttpMethod::delete_, contact_path()).status, 200);
  say(event(2, "identify", R"({"externalId":"customer-17"})"), kOther);
  EXPECT_EQ(holder("said-" + id_of(shop_), "customer-17"), get(contact_path(kOther)).at("/id"));
}

TEST_F(ChannelEvents, VisitorsAndNamesOfTwoKeysAreApart) {
  const std::string blog = page_key(R"("origins":["https://shop.example"],"fields":["name"])");
  const std::string said = event(1, "identify", R"({"externalId":"customer-17"})");
  say(said);
  say_under(blog, said);
  const auto mine = holder("said-" + id_of(shop_), "customer-17"), its = holder("said-" + id_of(blog), "customer-17");
  EXPECT_FALSE(mine.is_null());
  EXPECT_FALSE(its.is_null());
  EXPECT_NE(mine, its);
}

}  // namespace
}  // namespace rapport
