#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

constexpr const char* kContacts = "/api/v1/crm/objects/contact";

using Lists = ApiTest;

TEST_F(Lists, ListsTakeWhereAndOrder) {
  post("/v1/contacts", R"({"fields":{"name":"Ada"}})");
  post("/v1/contacts", R"({"fields":{"name":"Eve"}})");
  post("/v1/contacts", R"({"fields":{"name":"Bob"}})");
  const Answer answer = get("/v1/contacts?where[]=fields.name%7Cne%7CEve&order=fields.name%7Cdesc");
  ASSERT_EQ(answer.status, 200) << answer.body;
  ASSERT_EQ(answer.json.at_pointer("/total"), 2);
  EXPECT_EQ(answer.json.at_pointer("/items/0/fields/name"), "Bob");
  EXPECT_EQ(answer.json.at_pointer("/items/1/fields/name"), "Ada");
}

TEST_F(Lists, TheTimelinePagesEitherWay) {
  const std::string path = "/v1/contacts/1000/timeline";
  for (const char n : std::string("01234")) {
    publish(
        std::string(R"({"specversion":"1.0","source":"web","type":"page.viewed","subject":"contact/1000","id":"p)") +
        n + R"(","time":"2026-01-01T00:00:0)" + n + R"(Z","data":{"url":"https://x.example/)" + n + "\"}}");
  }
  const Answer first = get(path + "?order=asc&limit=2");
  ASSERT_EQ(first.json.at_pointer("/items").as_array().size(), 2u) << first.body;
  EXPECT_EQ(first.json.at_pointer("/items/0/eventId"), "p0");
  const Answer second = get(path + "?order=asc&limit=2&cursor=" + first.text("next"));
  EXPECT_EQ(second.json.at_pointer("/items/0/eventId"), "p2");
  const Answer pages = get(path + "?type=page.viewed&from=2026-01-01T00:00:01Z&to=2026-01-01T00:00:03Z");
  ASSERT_EQ(pages.json.at_pointer("/items").as_array().size(), 2u) << pages.body;
  EXPECT_EQ(pages.json.at_pointer("/items/0/eventId"), "p2");
  EXPECT_EQ(get(path + "?q=x.example/4").json.at_pointer("/items").as_array().size(), 1u);
  EXPECT_EQ(get(path + "?source=elsewhere").json.at_pointer("/items").as_array().size(), 0u);
}

TEST_F(Lists, RelationsAndSelectSayWhatIsShown) {
  const Answer made = post(kContacts, R"({"name":"Ada"})");
  const std::string one = std::string(kContacts) + "/" + boost::json::serialize(made.json.at_pointer("/data/id"));
  EXPECT_FALSE(get(one).json.at_pointer("/data").as_object().contains("fields"));
  for (const char* query :
       {"?relations[]=fields&relations[]=tags", "?relations=fields,tags", "?relations=fields%7Ctags"}) {
    const Answer answer = get(one + query);
    EXPECT_EQ(answer.json.at_pointer("/data/fields/name"), "Ada") << query;
    EXPECT_TRUE(answer.json.at_pointer("/data/tags").is_array()) << query;
  }
  const Answer all = get(one + "?relations=company,cases,tags,visits,timeline,fields");
  EXPECT_TRUE(all.json.at_pointer("/data/company/fields").as_object().empty());
  EXPECT_TRUE(all.json.at_pointer("/data/visits").as_array().empty());
  EXPECT_TRUE(all.json.at_pointer("/data/cases").as_array().empty());
  EXPECT_EQ(all.json.at_pointer("/data/timeline").as_array().size(), 1u);
  const Answer selected = get(one + "?select[]=archive");
  EXPECT_EQ(selected.json.at_pointer("/data").as_object().size(), 2u) << selected.body;  // the id is always there
  EXPECT_EQ(get(one + "?relations=aunts").json.at_pointer("/code"), "ERROR_INVALID_INPUT");
}

TEST_F(Lists, AListCountsAll) {
  post(kContacts, R"({"name":"Ada"})");
  post(kContacts, R"({"name":"Eve"})");
  const Answer answer = get(std::string(kContacts) + "?limit=1&relations=fields&where[]=fields.name%7Ceq%7CEve");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.json.at_pointer("/data/list/0/fields/name"), "Eve");
  EXPECT_EQ(answer.json.at_pointer("/data/counts/total"), 1);
  EXPECT_EQ(answer.json.at_pointer("/data/counts/records"), 1);
}

}  // namespace
}  // namespace rapport
