// ?dry_run=1: what a write would append and answer, with nothing appended; of every write that there is.
#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

namespace json = boost::json;

class DryRunRoutes : public ApiTest {
 protected:
  Positions ends() { return *engine_->log().ends(); }
  std::string create(const std::string& body) {
    const Answer made = post("/v1/contacts", body);
    EXPECT_EQ(made.status, 201) << made.body;
    return std::to_string(made.number("id"));
  }
};

TEST_F(DryRunRoutes, ShowsTheEventAndTheContactThatItWouldGive) {
  const Positions before = ends();
  const Answer dry = post("/v1/contacts?dry_run=1", R"({"fields":{"name":"Ada"}})");
  ASSERT_EQ(dry.status, 200) << dry.body;
  EXPECT_EQ(dry.at("/events").as_array().size(), 1u);
  EXPECT_EQ(dry.text_at("/events/0/type"), "contact.created");
  EXPECT_EQ(dry.text_at("/events/0/data/fields/name"), "Ada");
  EXPECT_EQ(dry.text_at("/answer/fields/name"), "Ada");
  EXPECT_EQ(dry.number_at("/answer/version"), 1);
  EXPECT_EQ(ends(), before);
  // The id is the one that is given out next.
  EXPECT_EQ(create("{}"), std::to_string(dry.number_at("/answer/id")));
}

TEST_F(DryRunRoutes, IsRefusedAsTheWriteWouldBe) {
  const std::string ada = "/v1/contacts/" + create("{}");
  HttpHeaders if_match;
  if_match.add("If-Match", "9");
  EXPECT_EQ(send(HttpMethod::patch, ada + "?dry_run=1", R"({"archived":true})", if_match).status, 412);
  EXPECT_EQ(send(HttpMethod::patch, ada + "?dry_run=1", R"({"wings":2})").status, 400);
  EXPECT_EQ(send(HttpMethod::patch, "/v1/contacts/999999?dry_run=1", R"({"archived":true})").status, 404);
  const Answer gone = send(HttpMethod::delete_, ada + "?dry_run=1");
  EXPECT_EQ(gone.text_at("/answer/status"), "deleted") << gone.body;
  EXPECT_EQ(get(ada).status, 200);
}

TEST_F(DryRunRoutes, OfEventsShowsTheirVisitorsContacts) {
  const std::string visit = R"({"specversion":"1.0","id":"v","source":"web","type":"visit.started",)"
                            R"("subject":"identity/web:ada","time":"2026-01-01T00:00:00Z","data":{}})";
  const Positions before = ends();
  const Answer dry = send(HttpMethod::post, "/v1/events?dry_run=1", "[" + visit + "," + visit + "]", {},
                          "application/cloudevents-batch+json");
  ASSERT_EQ(dry.status, 200) << dry.body;
  EXPECT_EQ(dry.text_at("/events/0/type"), "identity.claimed");
  EXPECT_EQ(dry.text_at("/answer/results/0/status"), "accepted");
  EXPECT_EQ(dry.text_at("/answer/results/1/status"), "repeated");
  EXPECT_EQ(dry.number_at("/answer/contacts/0/counters/visits"), 1);
  EXPECT_EQ(ends(), before);
  const Answer lines = send(HttpMethod::post, "/v1/events?dry_run=1", visit, {}, "application/x-ndjson");
  EXPECT_EQ(lines.status, 400);
  EXPECT_EQ(lines.text("field"), "dry_run");
}

TEST_F(DryRunRoutes, OfAKeyTellsNoSecret) {
  const Answer dry = post("/v1/keys?dry_run=1", R"({"name":"web","scopes":["event:write"]})");
  ASSERT_EQ(dry.status, 200) << dry.body;
  EXPECT_TRUE(dry.at("/answer/key").is_null());
  EXPECT_EQ(get("/v1/keys").at("/items").as_array().size(), 1u);
}

TEST_F(DryRunRoutes, OfTheCompatibleApiHasItsShapes) {
  const std::string crm = "/api/v1/crm/";
  const Positions before = ends();
  const struct {
    const char* target;
    const char* body;
    const char* type;
  } rows[] = {
      {"objects/contact", R"({"name":"Ada"})", "contact.created"},
      {"objects/company", R"({"fields":{"name":"Initech"}})", "company.created"},
      {"objects/object-field", R"({"object":"contact","key":"plan","type":"text"})", "attribute.defined"},
      {"tag", R"({"name":"gold"})", "tag.defined"},
  };
  for (const auto& row : rows) {
    const Answer dry = post(crm + row.target + "?dry_run=1", row.body);
    ASSERT_EQ(dry.status, 200) << dry.body;
    EXPECT_EQ(dry.text_at("/events/0/type"), row.type);
    EXPECT_GT(dry.number_at("/answer/data/id"), 0) << dry.body;
  }
  EXPECT_EQ(ends(), before);
}

TEST_F(DryRunRoutes, NoWriteAppendsAnything) {
  const std::string id = create(R"({"fields":{"name":"Ada"}})");
  const std::string into = create("{}");
  ASSERT_EQ(post("/api/v1/crm/objects/company", R"({"fields":{"name":"Initech"}})").status, 200);
  ASSERT_EQ(post("/api/v1/crm/tag", R"({"name":"gold"})").status, 200);
  ASSERT_EQ(post("/api/v1/crm/objects/object-field", R"({"object":"contact","key":"p","type":"text"})").status, 200);
  const Positions before = ends();
  for (const Route* route : server_->router().routes()) {
    if (route->method == HttpMethod::get || route->scope.empty() || route->scope.ends_with(":read")) continue;
    SCOPED_TRACE(std::string(http_method_name(route->method)) + " " + route->pattern);
    std::string path = route->pattern;
    if (const auto begin = path.find("{id}"); begin != std::string::npos) path.replace(begin, 4, id);
    const bool of_rebuilds = path.starts_with("/v1/rebuilds");
    const std::string query = path == "/api/v1/crm/tag" ? "?dry_run=1&id=1" : "?dry_run=1";
    const Answer dry = send(route->method, path + query, of_rebuilds ? "" : R"({"into":)" + into + "}");
    EXPECT_LT(dry.status, 500) << dry.body;
    if (of_rebuilds) {
      EXPECT_EQ(dry.text("field"), "dry_run");
    }
    EXPECT_EQ(ends(), before);
  }
}

}  // namespace
}  // namespace rapport
