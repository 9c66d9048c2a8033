#include "projections/contact_reader.h"
#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

namespace json = boost::json;

constexpr const char* kCompanies = "/api/v1/crm/objects/company";

class CompanyRoutes : public ApiTest {
 protected:
  std::string made(const std::string& fields) {
    const Answer answer = post(kCompanies, "{\"fields\":" + fields + "}");
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::serialize(answer.json.at_pointer("/data/id"));
  }
};

TEST_F(CompanyRoutes, ACompanyIsCreatedChangedAndDeleted) {
  const Answer created = post(kCompanies, R"({"fields":{"name":"Zery","city":"SF"},
      "dateCreated":"2020-09-10T11:44:05.143Z","dateUpdated":"2020-09-10T11:44:05.143Z"})");
  ASSERT_EQ(created.status, 200) << created.body;
  EXPECT_EQ(created.json.at_pointer("/data/fields"), (json::object{{"name", "Zery"}, {"city", "SF"}}));
  EXPECT_EQ(created.json.at_pointer("/data/dateCreated"), "2020-09-10T11:44:05.143Z");
  const std::string one = std::string(kCompanies) + "/" + json::serialize(created.json.at_pointer("/data/id"));

  const Answer changed = send(HttpMethod::put, one, R"({"fields":{"name":"Zery 2","city":null}})");
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(changed.json.at_pointer("/data/fields"), (json::object{{"name", "Zery 2"}}));
  EXPECT_EQ(send(HttpMethod::put, one, R"({"fields":{"name":"x"}})", {{"If-Match", "\"1\""}}).status, 412);
  EXPECT_EQ(get(one).header("ETag"), "\"2\"");

  EXPECT_EQ(send(HttpMethod::delete_, one).body, R"({"data":{"deleted":1}})");
  for (const HttpMethod method : {HttpMethod::get, HttpMethod::delete_}) {
    const Answer gone = send(method, one);
    EXPECT_EQ(gone.status, 404);
    EXPECT_EQ(gone.text("code"), "ERROR_RECORD_NOT_FOUND");
  }
  EXPECT_EQ(send(HttpMethod::put, one, R"({"fields":{}})").status, 404);
}

TEST_F(CompanyRoutes, ACompanyHasItsContactsAndLeavesThemWhenItGoes) {
  const std::string id = made(R"({"name":"Zery"})");
  const std::string contact =
      "/api/v1/crm/objects/contact/" +
      json::serialize(
          post("/api/v1/crm/objects/contact", R"({"name":"Ada","companyId":)" + id + "}").json.at_pointer("/data/id"));
  const std::string one = std::string(kCompanies) + "/" + id;
  const Answer answer = get(one + "?relations=fields,contacts,parent,companies");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.json.at_pointer("/data/contacts/0/fields/name"), "Ada");
  EXPECT_TRUE(answer.json.at_pointer("/data/parent").is_null());
  EXPECT_TRUE(answer.json.at_pointer("/data/companies").as_array().empty());
  EXPECT_EQ(get(contact + "?relations=company").json.at_pointer("/data/company/fields/name"), "Zery");

  EXPECT_EQ(send(HttpMethod::delete_, one).status, 200);
  const Answer left = get(contact + "?relations=company");
  EXPECT_EQ(left.status, 200);
  EXPECT_EQ(json::serialize(left.json.at_pointer("/data/companyId")), id);
  EXPECT_TRUE(left.json.at_pointer("/data/company/fields").as_object().empty());
}

TEST_F(CompanyRoutes, AListPagesByNumberAndTakesEquality) {
  for (int i = 0; i < 5; ++i) made(R"({"name":"C)" + std::to_string(i) + R"(","size":)" + std::to_string(i % 2) + "}");
  const std::string all = kCompanies;
  const Answer first = get(all + "?limit=2&relations[]=fields");
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(first.json.at_pointer("/data/count"), 5);
  EXPECT_EQ(first.json.at_pointer("/data/data").as_array().size(), 2u);
  const Answer last = get(all + "?limit=2&page=2&relations[]=fields");
  EXPECT_EQ(last.json.at_pointer("/data/offset"), 4);
  ASSERT_EQ(last.json.at_pointer("/data/data").as_array().size(), 1u);
  EXPECT_EQ(last.json.at_pointer("/data/data/0/fields/name"), "C4");
  EXPECT_EQ(get(all + "?where[]=fields.name%7Ceq%7CC3").json.at_pointer("/data/count"), 1);
  EXPECT_EQ(get(all + "?where[]=fields.size%7Ceq%7C1").json.at_pointer("/data/count"), 2);
  EXPECT_EQ(get(all + "?where[]=id%7Ceq%7C99").json.at_pointer("/data/count"), 0);
}

struct BadCompanyRow {
  HttpMethod method;
  const char* target;
  const char* body;
  const char* field;
};

TEST_F(CompanyRoutes, WhatIsWrongIsNamed) {
  const std::vector<BadCompanyRow> rows{
      {HttpMethod::post, "", "{", "body"},
      {HttpMethod::post, "", "{}", "fields"},
      {HttpMethod::post, "", R"({"fields":7})", "fields"},
      {HttpMethod::post, "", R"({"fields":{},"owner":1})", "owner"},
      {HttpMethod::post, "", R"({"fields":{},"dateCreated":"string"})", "dateCreated"},
      {HttpMethod::get, "?limit=501", "", "limit"},
      {HttpMethod::get, "?page=-1", "", "page"},
      {HttpMethod::get, "?page=1000001", "", "page"},
      {HttpMethod::get, "?where=name", "", "where"},
      {HttpMethod::get, "?where=fields.name%7Ccont%7Cx", "", "where"},
      {HttpMethod::get, "?relations=aunts", "", "relations"},
  };
  for (const BadCompanyRow& row : rows) {
    SCOPED_TRACE(std::string(row.target) + row.body);
    const Answer answer = send(row.method, std::string(kCompanies) + row.target, row.body);
    EXPECT_EQ(answer.status, 400) << answer.body;
    EXPECT_EQ(answer.text("code"), "ERROR_INVALID_INPUT");
    EXPECT_EQ(answer.text("field"), row.field);
  }
  EXPECT_EQ(get(std::string(kCompanies) + "?limit=500&page=1000000").status, 200);
}

TEST_F(CompanyRoutes, APageByCursorEndsEarlyBehindSoManyBytes) {
  const std::string note(200'000, 'n');
  constexpr std::size_t kMade = kCompanyPageBytesMax / 200'000 + 5;
  for (std::size_t i = 0; i < kMade; ++i) made(R"({"note":")" + note + R"("})");
  const Answer first = get("/v1/companies?limit=500");
  ASSERT_EQ(first.status, 200);
  EXPECT_LE(first.body.size(), kCompanyPageBytesMax + 100'000);
  const Answer rest = get("/v1/companies?limit=500&cursor=" + first.text("next"));
  ASSERT_EQ(rest.status, 200);
  EXPECT_TRUE(rest.at("/next").is_null());
  EXPECT_EQ(first.at("/items").as_array().size() + rest.at("/items").as_array().size(), kMade);
  EXPECT_EQ(get(std::string(kCompanies) + "?limit=1&page=7").number_at("/data/count"),
            static_cast<std::int64_t>(kMade));
}

}  // namespace
}  // namespace rapport
