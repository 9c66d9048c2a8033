// POST /v1/contacts/{id}/visits, and what programs pick from: tags, attributes, companies.
#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

class VisitRoutes : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    const Answer made = post("/v1/contacts", "{}");
    ASSERT_EQ(made.status, 201);
    contact_ = "/v1/contacts/" + std::to_string(made.number("id"));
  }
  Answer visit(const std::string& body, const std::string& query = "") {
    return post(contact_ + "/visits" + query, body);
  }

  std::string contact_;
};

TEST_F(VisitRoutes, AVisitAndItsPagesAreEvents) {
  const Answer made =
      visit(R"({"visitId":"v-1","url":"https://x.example/","source":"news","time":"2026-01-01T10:00:00Z",
      "pages":[{"url":"https://x.example/a","time":"2026-01-01T10:01:00Z"},{"url":"https://x.example/b"}],
      "ended":"2026-01-01T10:05:00Z"})");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.text("visitId"), "v-1");
  EXPECT_EQ(made.number_at("/contact/counters/visits"), 1);
  EXPECT_EQ(made.number_at("/contact/counters/events"), 5);
  EXPECT_EQ(made.text_at("/contact/firstSeen"), "2026-01-01T10:00:00.000Z");
  // Pages of the visit that is there begin no other.
  const Answer more = visit(R"({"visitId":"v-1","pages":[{"url":"https://x.example/c"}]})");
  ASSERT_EQ(more.status, 201) << more.body;
  EXPECT_EQ(more.number_at("/contact/counters/visits"), 1);
  EXPECT_EQ(get(contact_ + "/timeline?type=page.viewed").at("/items").as_array().size(), 3u);
  const Answer unnamed = visit(R"({"pages":[{"url":"https://x.example/d"}]})");
  ASSERT_EQ(unnamed.status, 201) << unnamed.body;
  EXPECT_EQ(unnamed.number_at("/contact/counters/visits"), 2);
  EXPECT_EQ(get(contact_ + "/timeline?type=page.viewed&q=/d").text_at("/items/0/data/visitId"),
            unnamed.text("visitId"));
}

TEST_F(VisitRoutes, WhatIsWrongIsNamedAndNothingIsWritten) {
  const struct {
    const char* body;
    const char* field;
  } rows[] = {
      {"[]", "body"},
      {"{", "body"},
      {R"({"visitId":"v"})", "body"},
      {R"({"visitId":{},"url":"x"})", "visitId"},
      {R"({"wings":2})", "wings"},
      {R"({"url":7})", "url"},
      {R"({"url":"x","time":"yesterday"})", "time"},
      {R"({"url":"x","pages":{}})", "pages"},
      {R"({"url":"x","pages":[{"url":"y"},{"title":"no url"}]})", "pages[1].url"},
      {R"({"url":"x","pages":[{"url":"y","time":7}]})", "pages[0].time"},
      {R"({"url":"x","ended":"2999-01-01T00:00:00Z"})", "time"},
  };
  for (const auto& row : rows) {
    const Answer answer = visit(row.body);
    EXPECT_EQ(answer.status, 400) << row.body << answer.body;
    EXPECT_EQ(answer.text("field"), row.field) << row.body;
  }
  std::string many = R"({"url":"x","pages":[)";
  for (int i = 0; i < 501; ++i) many += R"({"url":"y"},)";
  many.back() = ']';
  EXPECT_EQ(visit(many + "}").text("field"), "pages");
  EXPECT_EQ(get(contact_).number_at("/counters/visits"), 0);
}

TEST_F(VisitRoutes, ARetryUnderAKeyIsNoSecondVisit) {
  HttpHeaders key;
  key.add("Idempotency-Key", "k1");
  const std::string body = R"({"url":"https://x.example/","pages":[{"url":"https://x.example/a"}]})";
  const Answer first = post(contact_ + "/visits", body, key);
  ASSERT_EQ(first.status, 201) << first.body;
  reopen();
  const Answer again = post(contact_ + "/visits", body, key);
  EXPECT_EQ(again.text("visitId"), first.text("visitId"));
  EXPECT_EQ(again.number_at("/contact/counters/events"), 3);
  const Answer dry = visit(body, "?dry_run=1");
  EXPECT_EQ(dry.at("/events").as_array().size(), 2u);
}

TEST_F(VisitRoutes, WhatIsPickedFromCanBeRead) {
  const std::string crm = "/api/v1/crm/";
  ASSERT_EQ(post(crm + "tag", R"({"name":"gold","color":"#ffd700","type":["contact"]})").status, 200);
  ASSERT_EQ(
      post(
          crm + "objects/object-field",
          R"({"object":"contact","key":"plan","type":"text","config":{"input":{"type":"radio","options":["free","pro"]}}})")
          .status,
      200);
  for (const char* name : {"Initech", "Umbrella"}) {
    const std::string body = R"({"fields":{"name":")" + std::string(name) + R"("}})";
    ASSERT_EQ(post(crm + "objects/company", body).status, 200);
  }
  EXPECT_EQ(get("/v1/tags").text_at("/items/0/name"), "gold");
  EXPECT_EQ(get("/v1/attributes").text_at("/items/0/key"), "plan");
  EXPECT_EQ(get("/v1/attributes").text_at("/items/0/options/1"), "pro");
  const Answer first = get("/v1/companies?limit=1");
  EXPECT_EQ(first.text_at("/items/0/fields/name"), "Initech");
  const Answer second = get("/v1/companies?limit=1&cursor=" + first.text("next"));
  EXPECT_EQ(second.text_at("/items/0/fields/name"), "Umbrella");
  EXPECT_TRUE(second.at("/next").is_null());
  const std::string one = "/v1/companies/" + std::to_string(first.number_at("/items/0/id"));
  EXPECT_EQ(get(one).text_at("/fields/name"), "Initech");
  ASSERT_EQ(send(HttpMethod::delete_, crm + "objects/company/" + one.substr(one.rfind('/') + 1)).status, 200);
  EXPECT_EQ(get(one).status, 410);
  EXPECT_EQ(get("/v1/companies/999999").status, 404);
  EXPECT_EQ(get("/v1/companies?cursor=AAAA").text("field"), "cursor");
}

}  // namespace
}  // namespace rapport
