#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

using BadRequests = ApiTest;

struct BadQueryRow {
  std::string target;
  const char* field;
};

struct BadBodyRow {
  const char* body;
  const char* field;
};

TEST_F(BadRequests, ABadParameterIsNamed) {
  const std::string one = "/v1/contacts/" + std::to_string(post("/v1/contacts", "{}").number("id"));
  const std::vector<BadQueryRow> rows{
      {"/v1/contacts?limit=0", "limit"},
      {"/v1/contacts?limit=501", "limit"},
      {"/v1/contacts?limit=many", "limit"},
      {"/v1/contacts?cursor=%25", "cursor"},
      {"/v1/contacts?cursor=YWJj", "cursor"},
      {"/v1/contacts?where=nonsense", "where"},
      {"/v1/contacts?order=nonsense", "order"},
      {one + "/timeline?limit=501", "limit"},
      {one + "/timeline?order=up", "order"},
      {one + "/timeline?from=yesterday", "from"},
      {one + "/timeline?cursor=YWJj", "cursor"},
      {"/v1/contacts?search=%21", "search"},
      {"/v1/contacts?as_of=yesterday", "as_of"},
      {"/v1/contacts?explain=yes", "explain"},
      {"/api/v1/crm/objects/object-field?object=contract", "object"},
      {"/api/v1/crm/objects/case/c-1?contactId=me", "contactId"},
  };
  for (const BadQueryRow& row : rows) {
    SCOPED_TRACE(row.target);
    const Answer answer = get(row.target);
    EXPECT_EQ(answer.status, 400) << answer.body;
    EXPECT_EQ(answer.json.at_pointer("/field"), row.field);
  }
  EXPECT_EQ(get("/v1/contacts?limit=500").status, 200);
  EXPECT_EQ(get(one + "/timeline?limit=500").status, 200);
}

TEST_F(BadRequests, AParameterThatThereIsNotIsRefusedAndDoesNothing) {
  const std::string one = "/v1/contacts/" + std::to_string(post("/v1/contacts", "{}").number("id"));
  const std::vector<BadQueryRow> rows{
      {one + "/archive?dry-run=1", "dry-run"},
      {one + "/archive?dry_run=0&dryRun=1", "dryRun"},
      {one + "/archive?Dry_Run=1", "Dry_Run"},
      {one + "/archive?dry_run[]=1", "dry_run[]"},
      {one + "/archive?=1", ""},
      {"/v1/keys?wait=folded", "wait"},
      {"/v1/channel?key=x", "key"},
  };
  for (const BadQueryRow& row : rows) {
    SCOPED_TRACE(row.target);
    const Answer answer = post(row.target, "{}");
    EXPECT_EQ(answer.status, 400) << answer.body;
    EXPECT_EQ(answer.text("code"), "invalid_argument");
    const boost::json::value* field = answer.json.as_object().if_contains("field");
    EXPECT_EQ(field == nullptr ? "" : std::string(field->as_string()), row.field);
  }
  EXPECT_EQ(get(one).text("status"), "active");
  EXPECT_EQ(post(one + "/archive?dry-run=1", "").text("detail"), "is no parameter of this, which has dry_run, wait");
  EXPECT_EQ(get("/v1/status?verbose=1").text("detail"), "is no parameter of this, which has none");
  EXPECT_EQ(send(HttpMethod::head, "/v1/status?verbose=1").status, 400);
  EXPECT_EQ(post("/v1/channel?key=x", "{}").header("Access-Control-Allow-Origin"), "*") << "a page may read why";
}

TEST_F(BadRequests, AParameterIsLookedAtBehindTheKey) {
  become_nobody();
  EXPECT_EQ(get("/v1/contacts?nothing=1").status, 401);
  become({"status:read"});
  EXPECT_EQ(get("/v1/contacts?nothing=1").status, 403);
}

TEST_F(BadRequests, AListIsNotAllOfItWhereItsClauseIsMisspelled) {
  for (const char* name : {"were", "where[a]", "where[", "where[]x", "where[-1]", "where.0", "filter"}) {
    EXPECT_EQ(get(std::string("/v1/contacts?") + name + "=tags%7Ceq%7Cvip").status, 400) << name;
  }
}

TEST_F(BadRequests, AnArrayIsReadAsProgramsWriteIt) {
  const std::string one = std::to_string(post("/v1/contacts", R"({"fields":{"name":"Ada"}})").number("id"));
  post("/v1/contacts", R"({"fields":{"name":"Eve"}})");
  for (const std::string spelling : {"where", "where[]", "where[0]", "where%5B17%5D"}) {
    const std::string ada = spelling + "=name%7Ceq%7CAda", as_well = "&where[1]=id%7Cgt%7C" + one;
    EXPECT_EQ(get("/v1/contacts?" + ada).number("total"), 1) << spelling;
    EXPECT_EQ(get("/v1/contacts?" + ada + as_well).number("total"), 0) << spelling;
    EXPECT_EQ(get("/api/v1/crm/objects/contact?" + ada + as_well).at("/data/counts/total"), 0) << spelling;
    EXPECT_EQ(get("/api/v1/crm/objects/case?" + spelling + "=colour%7Ceq%7Cred").text("field"), "where");
  }
  EXPECT_EQ(get("/v1/contacts/" + one + "/timeline?type[0]=page.viewed&type[1]=none").at("/items"),
            boost::json::array());
  EXPECT_EQ(get("/v1/feed?live=0&from=start&where[0]=nonsense").text("field"), "where");
}

TEST_F(BadRequests, OfTwoValuesNoneIsTaken) {
  const std::string one = "/v1/contacts/" + std::to_string(post("/v1/contacts", "{}").number("id"));
  const std::string now = "&as_of=2026-01-01T00:00:00Z";
  const std::string crm = "/api/v1/crm/";
  for (const BadQueryRow& row : std::vector<BadQueryRow>{
           {"/v1/contacts?limit=1&limit=2", "limit"},
           {"/v1/contacts?limit=1&limit=1", "limit"},
           {"/v1/contacts?order=name&search=a&order=id", "order"},
           {one + "?as_of=v1" + now, "as_of"},
           {one + "/timeline?where=a&q=a&q=b", "where"},
           {one + "/timeline?q=a&q=b", "q"},
           {"/v1/feed?live=0&live=1", "live"},
           {crm + "objects/contact?limit=1&limit=2", "limit"},
           {crm + "objects/company?page=1&nothing=1&nothing=2&page=2", "page"},
       }) {
    SCOPED_TRACE(row.target);
    const Answer answer = get(row.target);
    EXPECT_EQ(answer.status, 400) << answer.body;
    EXPECT_EQ(answer.text("field"), row.field);
    EXPECT_EQ(answer.text("code"), row.target.starts_with(crm) ? "ERROR_INVALID_INPUT" : "invalid_argument");
  }
  EXPECT_EQ(get(one + "/timeline?type=a&type=b&type[]=c").status, 200) << "a list is repeated";
}

TEST_F(BadRequests, OfTwoTagsNoneIsDeleted) {
  for (const char* name : {"gold", "silver"}) {
    ASSERT_LT(post("/api/v1/crm/tag", std::string(R"({"name":")") + name + R"("})").status, 300);
  }
  const Answer answer = send(HttpMethod::delete_, "/api/v1/crm/tag?id=1&id=2");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.text("field"), "id");
  EXPECT_EQ(get("/v1/tags").at("/items").as_array().size(), 2);
}

TEST_F(BadRequests, TheCompatibleApiPassesOverWhatItDoesNotKnow) {
  EXPECT_EQ(get("/api/v1/crm/objects/contact?lang=en&_=1764000000").status, 200);
  EXPECT_EQ(get("/?lang=en", {{"Accept", "text/html"}}).status, 200);
}

TEST_F(BadRequests, ADryRunInOtherWordsIsNoWrite) {
  for (const char* word : {"yes", "TRUE", "on", "", "2", "0&dry_run=1", "1&dry_run=1"}) {
    const Answer answer = post(std::string("/v1/contacts?dry_run=") + word, "{}");
    EXPECT_EQ(answer.status, 400) << word;
    EXPECT_EQ(answer.text("field"), "dry_run");
  }
  EXPECT_EQ(get("/v1/contacts").number("total"), 0);
}

TEST_F(BadRequests, ABodyThatIsNotThereWritesNothing) {
  const std::string one = "/v1/contacts/" + std::to_string(post("/v1/contacts", "{}").number("id"));
  const auto refused = [&](HttpMethod method, const std::string& path) {
    const Answer answer = send(method, path);
    return std::to_string(answer.status) + " " + answer.text("code") + " " + answer.text("field");
  };
  EXPECT_EQ(refused(HttpMethod::post, "/v1/contacts"), "400 invalid_json body");
  EXPECT_EQ(refused(HttpMethod::patch, one), "400 invalid_json body");
  EXPECT_EQ(refused(HttpMethod::post, one + "/tags"), "400 invalid_json body");
  EXPECT_EQ(get(one).number("version"), 1);
  EXPECT_EQ(get("/v1/contacts").number("total"), 1);
}

TEST_F(BadRequests, ABadBodyIsInvalidInputAndNamed) {
  const std::vector<BadBodyRow> rows{
      {"{", "body"},
      {"[]", "body"},
      {R"({"fields":[]})", "fields"},
      {R"({"nickname":"x"})", "nickname"},
      {R"({"dateCreated":"yesterday"})", "dateCreated"},
      {R"({"clientName":7})", "data.client.clientName"},
      {R"({"companyId":"x"})", "data.companyId"},
  };
  for (const BadBodyRow& row : rows) {
    SCOPED_TRACE(row.body);
    const Answer answer = post("/api/v1/crm/objects/contact", row.body);
    EXPECT_EQ(answer.status, 400) << answer.body;
    EXPECT_EQ(answer.json.at_pointer("/code"), "ERROR_INVALID_INPUT");
    EXPECT_EQ(answer.json.at_pointer("/field"), row.field);
  }
}

TEST_F(BadRequests, ABadKeyIsRefusedByName) {
  const std::vector<BadBodyRow> rows{
      {"[]", "body"},
      {R"({"scopes":["*"]})", "name"},
      {R"({"name":"a","scopes":[]})", "scopes"},
      {R"({"name":"a","scopes":["everything"]})", "scopes"},
      {R"({"name":"a","scopes":"*"})", "scopes"},
      {R"({"name":"a","scopes":["*"],"expires":"soon"})", "expires"},
      {R"({"name":"a","scopes":["*"],"colour":"red"})", "colour"},
      {R"({"name":"a\u0000b","scopes":["*"]})", "name"},
      {R"({"name":"a\u0007","scopes":["*"]})", "name"},
      {R"({"name":"a","scopes":["*\u0000"]})", "scopes"},
  };
  for (const BadBodyRow& row : rows) {
    SCOPED_TRACE(row.body);
    const Answer answer = post("/v1/keys", row.body);
    EXPECT_EQ(answer.status, 400) << answer.body;
    EXPECT_EQ(answer.json.at_pointer("/field"), row.field);
  }
}

TEST_F(BadRequests, AKeysNameAndScopesHaveLimits) {
  const auto made = [&](std::size_t name_size, std::size_t scopes) {
    std::string list = "\"*\"";
    for (std::size_t i = 1; i < scopes; ++i) list += ",\"*\"";
    return post("/v1/keys", R"({"name":")" + std::string(name_size, 'n') + R"(","scopes":[)" + list + "]}").status;
  };
  EXPECT_EQ(made(kKeyNameSizeMax, kKeyScopesMax), 201);
  EXPECT_EQ(made(kKeyNameSizeMax + 1, 1), 400);
  EXPECT_EQ(made(1, kKeyScopesMax + 1), 400);
}

TEST_F(BadRequests, AMalformedHeaderIsNamed) {
  const std::string here = get("/v1/status").header("Rapport-Position");
  EXPECT_EQ(get("/v1/contacts", {{"Rapport-After", "now"}}).json.at_pointer("/field"), "Rapport-After");
  for (const char* wait : {"-1", "61", "soon", "nan", ""}) {
    const Answer answer = get("/v1/contacts", {{"Rapport-After", here}, {"Rapport-Wait", wait}});
    EXPECT_EQ(answer.status, 400) << wait;
    EXPECT_EQ(answer.json.at_pointer("/field"), "Rapport-Wait");
  }
  EXPECT_EQ(get("/v1/contacts", {{"Rapport-After", here}, {"Rapport-Wait", "60"}}).status, 200);
  EXPECT_EQ(get("/v1/contacts", {{"Rapport-Wait", "61"}}).status, 400) << "with nothing to wait for";
}

}  // namespace
}  // namespace rapport
