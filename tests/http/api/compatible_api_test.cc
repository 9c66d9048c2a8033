// The contact calls of the compatible API, with its envelopes and error types.
#include <gmock/gmock.h>

#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

namespace json = boost::json;

const std::string kContacts = "/api/v1/crm/objects/contact";

class CompatibleApi : public ApiTest {
 protected:
  std::string create(const std::string& body) {
    const Answer created = post(kContacts, body);
    EXPECT_EQ(created.status, 200) << created.body;
    return kContacts + "/" + json::serialize(created.json.at("data").at("id"));
  }
};

TEST_F(CompatibleApi, CreatesWithItsEnvelope) {
  const Answer created = post(kContacts, R"({"fields":{"name":"Ada","plan":"pro"},"email":"ada@x.example",
      "clientType":"web","clientDetails":{"ua":"Firefox"},"dateCreated":"2020-09-09T10:01:36.000Z"})");
  ASSERT_EQ(created.status, 200) << created.body;
  const json::object& contact = created.json.at("data").as_object();
  EXPECT_EQ(contact.at("archive"), "no");
  EXPECT_TRUE(contact.at("companyId").is_null());
  EXPECT_EQ(contact.at("dateCreated"), "2020-09-09T10:01:36.000Z");
  EXPECT_EQ(contact.at("clientType"), "web");
  EXPECT_TRUE(contact.at("clientName").is_null());
  EXPECT_EQ(contact.at("clientDetails"), (json::object{{"ua", "Firefox"}}));
  EXPECT_EQ(contact.at("fields"), (json::object{{"name", "Ada"}, {"plan", "pro"}, {"email", "ada@x.example"}}));
}

TEST_F(CompatibleApi, RetrievesWithSelectAndRelations) {
  const std::string target = create(R"({"fields":{"name":"Ada"}})");
  EXPECT_FALSE(get(target).json.at("data").as_object().contains("fields"));
  EXPECT_EQ(get(target + "?relations=fields").json.at("data").at("fields"), (json::object{{"name", "Ada"}}));
  EXPECT_EQ(get(target + "?relations[]=tags&relations[]=company").json.at("data").at("company"),
            (json::object{{"fields", json::object{}}}));
  const json::value selected = get(target + "?select=archive").json.at("data");
  EXPECT_EQ(selected.as_object().size(), 2u) << json::serialize(selected);
  EXPECT_EQ(get(target + "?relations=friends").text("code"), "ERROR_INVALID_INPUT");
  const std::string then = "&as_of=" + format_timestamp(now_wall_clock());
  EXPECT_EQ(get(target + "?relations=fields,tags" + then).status, 200);
  EXPECT_EQ(get(target + "?relations=fields,visits" + then).text("field"), "relations");
}

TEST_F(CompatibleApi, UpdatesWhatIsNamedAndKeepsTheRest) {
  const std::string target = create(R"({"fields":{"name":"Ada","city":"Turin"}})");
  const Answer updated =
      send(HttpMethod::put, target, R"({"fields":{"city":"Genoa"},"phone":"+39 1","archive":"yes"})");
  ASSERT_EQ(updated.status, 200) << updated.body;
  EXPECT_EQ(updated.json.at("data").at("fields"),
            (json::object{{"city", "Genoa"}, {"name", "Ada"}, {"phone", "+39 1"}}));
  EXPECT_EQ(updated.json.at("data").at("archive"), "yes");
  // Also where nothing is to be changed.
  EXPECT_EQ(send(HttpMethod::put, target, "{}", HttpHeaders{{"If-Match", "\"2\""}}).status, 200);
  EXPECT_EQ(send(HttpMethod::put, target, "{}", HttpHeaders{{"If-Match", "\"1\""}}).status, 412);
}

TEST_F(CompatibleApi, Lists) {
  create(R"({"fields":{"name":"Ada"}})");
  create(R"({"fields":{"name":"Eve"}})");
  const Answer list = get(kContacts + "?relations=fields&limit=10");
  ASSERT_EQ(list.status, 200) << list.body;
  EXPECT_EQ(list.json.at("data").at("list").as_array().size(), 2u);
  EXPECT_EQ(list.json.at("data").at("counts").at("total"), 2);
  EXPECT_EQ(list.json.at("data").at("counts").at("records"), 2);
}

TEST_F(CompatibleApi, Deletes) {
  const std::string target = create(R"({"fields":{"name":"Ada"}})");
  EXPECT_EQ(send(HttpMethod::delete_, target).json, (json::object{{"data", json::object{{"deleted", 1}}}}));
  EXPECT_EQ(get(target).status, 404);
  EXPECT_EQ(get(target).text("code"), "ERROR_RECORD_NOT_FOUND");
  EXPECT_EQ(send(HttpMethod::delete_, target).status, 404);
}

TEST_F(CompatibleApi, ErrorsHaveItsTypes) {
  EXPECT_EQ(post(kContacts, "{").text("code"), "ERROR_INVALID_INPUT");
  EXPECT_EQ(post(kContacts, R"({"fields":7})").text("field"), "fields");
  EXPECT_EQ(post(kContacts, R"({"wings":2})").text("field"), "wings");
  EXPECT_EQ(post(kContacts, R"({"dateCreated":"yesterday"})").text("field"), "dateCreated");
  EXPECT_EQ(get(kContacts + "/12345").status, 404);
  EXPECT_EQ(get(kContacts + "/x").text("code"), "ERROR_INVALID_INPUT");
}

}  // namespace
}  // namespace rapport
