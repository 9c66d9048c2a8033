// The compatible API's calls on several contacts, its search, and its cases.
#include <gmock/gmock.h>

#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

namespace json = boost::json;

class CompatibleActions : public ApiTest {
 protected:
  std::string create(const std::string& body) {
    const Answer made = post("/api/v1/crm/objects/contact", body);
    EXPECT_EQ(made.status, 200) << made.body;
    return json::serialize(made.at("/data/id"));
  }
  Answer retrieve(const std::string& id, const std::string& query = "") {
    return get("/api/v1/crm/objects/contact/" + id + query);
  }
  Answer merge(const std::string& into, const std::string& losers) {
    return post("/api/v1/crm/contact/merge/" + into, R"({"mergeId":)" + losers + "}");
  }
  void chat(const std::string& contact, const std::string& case_id, const std::string& channel) {
    const Answer published = publish(R"({"specversion":"1.0","id":"k)" + case_id +
                                     R"(","source":"s","type":"chat.started","subject":"contact/)" + contact +
                                     R"(","time":"2026-01-01T10:00:00Z","data":{"caseId":")" + case_id +
                                     R"(","channel":")" + channel + R"(","title":"Seats"}})");
    ASSERT_EQ(published.status, 200) << published.body;
  }
};

TEST_F(CompatibleActions, SeveralAreMergedEachWithItsResult) {
  const std::string root = create(R"({"name":"Ada"})"), one = create(R"({"email":"a@x.example"})"),
                    two = create(R"({"phone":"1"})");
  const Answer merged = merge(root, "[" + one + "," + two + ",999999]");
  ASSERT_EQ(merged.status, 200) << merged.body;
  EXPECT_EQ(json::serialize(merged.at("/data/id")), root);
  EXPECT_EQ(merged.text_at("/data/message"), "#" + one + " contact timeline's merged with #" + root +
                                                 " successfully.\n#" + two + " contact timeline's merged with #" +
                                                 root + " successfully.");
  EXPECT_TRUE(merged.at("/data/results/0/merged").as_bool());
  EXPECT_FALSE(merged.at("/data/results/2/merged").as_bool());
  // Any of them shows the whole.
  const Answer whole = retrieve(two, "?relations=fields");
  EXPECT_EQ(json::serialize(whole.at("/data/id")), root);
  EXPECT_EQ(whole.at("/data/fields"), (json::object{{"email", "a@x.example"}, {"name", "Ada"}, {"phone", "1"}}));
  // And a change of one is the root's.
  ASSERT_EQ(send(HttpMethod::put, "/api/v1/crm/objects/contact/" + two, R"({"name":"Ada L."})").status, 200);
  EXPECT_EQ(retrieve(root, "?relations=fields").text_at("/data/fields/name"), "Ada L.");
  EXPECT_EQ(send(HttpMethod::delete_, "/api/v1/crm/objects/contact/" + two).status, 400);
}

TEST_F(CompatibleActions, WhatCannotBeMergedSaysWhy) {
  const std::string root = create("{}"), one = create("{}");
  EXPECT_EQ(merge(root, "[" + root + "]").status, 400);
  EXPECT_EQ(merge(root, "[999999]").text("code"), "ERROR_RECORD_NOT_FOUND");
  EXPECT_EQ(merge("999999", one).text("field"), "id");
  EXPECT_EQ(merge(root, "[]").text("field"), "mergeId");
  EXPECT_EQ(merge(root, "[1.5]").text("field"), "mergeId");
  std::string many = "[1";
  for (int i = 2; i <= 101; ++i) many += "," + std::to_string(i);
  EXPECT_EQ(merge(root, many + "]").text("field"), "mergeId");
  EXPECT_EQ(merge(root, one).status, 200);  // one alone, without a list
}

TEST_F(CompatibleActions, ContactsAreBlockedAllOrNone) {
  const std::string ada = create("{}"), eve = create("{}");
  const std::string block = "/api/v1/crm/block-visitor";
  const Answer missing = post(block, R"({"data":[)" + ada + R"(,999999],"type":"contact"})");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(missing.text("field"), "data");
  EXPECT_TRUE(get("/v1/contacts/" + ada).at("/blocked").is_null());

  const Answer blocked =
      post(block, R"({"data":[)" + ada + "," + eve + R"(],"type":"contact","blockTill":"2031-09-09T07:08:12.658Z"})");
  EXPECT_EQ(blocked.json, (json::object{{"data", true}})) << blocked.body;
  EXPECT_EQ(get("/v1/contacts/" + eve).text_at("/blocked/until"), "2031-09-09T07:08:12.658Z");
  const json::array list = get("/api/v1/crm/objects/contact").at("/data/list").as_array();
  EXPECT_EQ(list.at(0).at("isBlocked"), "YES");
  EXPECT_EQ(post(block, R"({"data":[)" + ada + R"(],"type":"agent"})").text("field"), "type");
  EXPECT_EQ(post(block, R"({"data":[)" + ada + R"(],"blockTill":"soon"})").text("field"), "blockTill");
  EXPECT_EQ(post(block, R"({"data":[)" + ada + R"(],"until":1})").text("field"), "until");
}

TEST_F(CompatibleActions, SearchFindsInNameEmailPhoneAndTags) {
  create(R"({"name":"Ada Lovelace","email":"ada@x.example"})");
  const std::string eve = create(R"({"name":"Eve","phone":"+47 912 34 567"})");
  ASSERT_EQ(post("/v1/contacts/" + eve + "/tags", R"({"add":["gold"]})").status, 200);
  const auto found = [&](const std::string& body) { return post("/api/v1/crm/contact/list", body); };
  for (const char* text : {"eve", "912 34", "GOLD"}) {
    const Answer answer = found(R"({"payload":{},"page":0,"limit":0,"search":")" + std::string(text) + R"("})");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.number_at("/data/counts/filteredCount"), 1) << text;
    EXPECT_EQ(json::serialize(answer.at("/data/list/0/id")), eve);
  }
  const Answer second = found(R"({"search":"","page":1,"limit":1})");
  EXPECT_EQ(second.number_at("/data/counts/filteredCount"), 2);
  EXPECT_EQ(json::serialize(second.at("/data/list/0/id")), eve);
  EXPECT_EQ(found(R"({"payload":{"tags":1}})").text("field"), "payload");
  EXPECT_EQ(found(R"({"search":7})").text("field"), "search");
  EXPECT_EQ(found(R"({"page":-1})").text("field"), "page");
  EXPECT_EQ(found(R"({"limit":501})").text("field"), "limit");
  EXPECT_EQ(found(R"({"q":"x"})").text("field"), "q");
}

TEST_F(CompatibleActions, CasesOfAllContactsAreListedAndOneIsRetrieved) {
  const std::string ada = create(R"({"name":"Ada"})"), eve = create(R"({"name":"Eve"})");
  chat(ada, "9", "web");
  chat(eve, "9", "phone");
  chat(eve, "case-a", "web");
  const std::string cases = "/api/v1/crm/objects/case";
  const Answer all = get(cases + "?limit=2");
  ASSERT_EQ(all.status, 200) << all.body;
  EXPECT_EQ(all.number_at("/data/count"), 3);
  EXPECT_EQ(all.at("/data/data").as_array().size(), 2u);
  EXPECT_EQ(all.number_at("/data/data/0/id"), 9);  // a number, as it was published
  EXPECT_EQ(get(cases + "?where[]=channel|eq|web").number_at("/data/count"), 2);
  EXPECT_EQ(get(cases + "?where[]=contactId|eq|" + eve + "&where[]=channel|eq|web").text_at("/data/data/0/id"),
            "case-a");
  EXPECT_EQ(get(cases + "?where[]=title|eq|x").text("field"), "where");
  const Answer one = get(cases + "/9?contactId=" + eve + "&relations=contact&select=channel");
  EXPECT_EQ(one.text_at("/data/channel"), "phone");
  EXPECT_EQ(json::serialize(one.at("/data/contact/id")), eve);
  EXPECT_FALSE(one.at("/data").as_object().contains("title"));
  EXPECT_EQ(get(cases + "/nobody").status, 404);
  EXPECT_EQ(get(cases + "?relations=messages").text("field"), "relations");
  // A deleted contact's are gone with it.
  ASSERT_EQ(send(HttpMethod::delete_, "/api/v1/crm/objects/contact/" + eve).status, 200);
  EXPECT_EQ(get(cases).number_at("/data/count"), 1);
}

}  // namespace
}  // namespace rapport
