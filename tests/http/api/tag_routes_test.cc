#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

namespace json = boost::json;

constexpr const char* kTags = "/api/v1/crm/tag";

class TagRoutes : public ApiTest {
 protected:
  std::string made(const std::string& name) {
    const Answer answer = post(kTags, R"({"name":")" + name + R"("})");
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::serialize(answer.json.at_pointer("/data/id"));
  }
};

TEST_F(TagRoutes, ATagIsDeclaredChangedAndDeleted) {
  const Answer created = post(kTags, R"({"name":"vip","color":"#c034eb","type":["case","contact"]})");
  ASSERT_EQ(created.status, 200) << created.body;
  EXPECT_EQ(created.json.at_pointer("/data/name"), "vip");
  EXPECT_EQ(created.json.at_pointer("/data/color"), "#c034eb");
  EXPECT_EQ(created.json.at_pointer("/data/type"), (json::array{"case", "contact"}));
  const std::string one = std::string(kTags) + "/" + json::serialize(created.json.at_pointer("/data/id"));
  EXPECT_EQ(get(one).body, created.body);
  EXPECT_EQ(get(one + "?select=name").json.at_pointer("/data").as_object().size(), 2u);

  const Answer changed = send(HttpMethod::put, one, R"({"color":null,"type":["contact"]})");
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(changed.json.at_pointer("/data/name"), "vip") << "what is not named stays";
  EXPECT_TRUE(changed.json.at_pointer("/data/color").is_null());

  EXPECT_EQ(send(HttpMethod::delete_, one).body, R"({"data":{"deleted":1}})");
  EXPECT_EQ(get(one).status, 404);
  EXPECT_EQ(send(HttpMethod::put, one, "{}").status, 404);
  EXPECT_EQ(send(HttpMethod::delete_, one).text("code"), "ERROR_RECORD_NOT_FOUND");
}

TEST_F(TagRoutes, ATagIsDeletedByItsIdInTheQueryToo) {
  const std::string id = made("vip");
  EXPECT_EQ(send(HttpMethod::delete_, std::string(kTags) + "?id=" + id).status, 200);
  EXPECT_EQ(send(HttpMethod::delete_, kTags).text("field"), "id");
  EXPECT_EQ(send(HttpMethod::delete_, std::string(kTags) + "?id=vip").text("field"), "id");
}

TEST_F(TagRoutes, ANameIsTakenOnce) {
  made("vip");
  const std::string other = made("lead");
  const Answer again = post(kTags, R"({"name":"vip"})");
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(again.text("code"), "ERROR_DUPLICATE_RECORD_FOUND");
  EXPECT_EQ(send(HttpMethod::put, std::string(kTags) + "/" + other, R"({"name":"vip"})").text("code"),
            "ERROR_DUPLICATE_RECORD_FOUND");
  EXPECT_EQ(send(HttpMethod::put, std::string(kTags) + "/" + other, R"({"name":"lead"})").status, 200);
}

TEST_F(TagRoutes, AListIsSearchedAndOrdered) {
  for (const char* name : {"beta", "Alpha", "gamma"}) made(name);
  const std::string all = kTags;
  EXPECT_EQ(get(all).json.at_pointer("/data/count"), 3);
  EXPECT_EQ(get(all).json.at_pointer("/data/data/0/name"), "beta");
  EXPECT_EQ(get(all + "?order=%7B%22id%22:%22DESC%22%7D").json.at_pointer("/data/data/0/name"), "gamma");
  EXPECT_EQ(get(all + "?order=%7B%22name%22:%22ASC%22%7D").json.at_pointer("/data/data/0/name"), "Alpha");
  const Answer found = get(all + "?search=ALPH");
  EXPECT_EQ(found.json.at_pointer("/data/count"), 1);
  EXPECT_EQ(found.json.at_pointer("/data/data/0/name"), "Alpha");
  EXPECT_EQ(get(all + "?order=name").text("field"), "order");
}

TEST_F(TagRoutes, AContactShowsTheDeclarationOfItsTags) {
  const std::string id = made("vip");
  const Answer contact = post("/v1/contacts", R"({"tags":["other","vip"]})");
  const Answer shown = get("/api/v1/crm/objects/contact/" + json::serialize(contact.json.at("id")) + "?relations=tags");
  ASSERT_EQ(shown.json.at_pointer("/data/tags").as_array().size(), 2u) << shown.body;
  EXPECT_EQ(shown.json.at_pointer("/data/tags/0/name"), "other");
  EXPECT_EQ(json::serialize(shown.json.at_pointer("/data/tags/1/id")), id);
}

TEST_F(TagRoutes, WhatIsWrongIsNamed) {
  EXPECT_EQ(post(kTags, "[]").text("field"), "body");
  EXPECT_EQ(post(kTags, R"({"name":"vip","size":1})").text("field"), "size");
  EXPECT_EQ(post(kTags, R"({"name":"vip","type":["company"]})").text("field"), "type");
  for (const char* body : {"{}", R"({"name":7})", R"({"name":""})", R"({"name":"vip","color":7})"}) {
    const Answer answer = post(kTags, body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_EQ(answer.text("code"), "ERROR_INVALID_INPUT");
  }
  EXPECT_EQ(get(kTags).json.at_pointer("/data/count"), 0);
}

}  // namespace
}  // namespace rapport
