#include <gmock/gmock.h>

#include "tests/http/api/api_test.h"

namespace rapport {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

constexpr const char* kCreated =
    R"({"specversion":"1.0","id":"e1","source":"crm","type":"contact.created","subject":"contact/7",)"
    R"("time":"2026-01-01T00:00:00Z","data":{"fields":{"name":"Ada","email":"ada@x.example"},"tags":["vip"]}})";

std::string visit(const std::string& id, const std::string& subject) {
  return R"({"specversion":"1.0","id":")" + id + R"(","source":"web","type":"visit.started","subject":")" + subject +
         R"(","time":"2026-01-02T00:00:00Z","data":{"url":"https://x.example/"}})";
}

using NativeApi = ApiTest;

TEST_F(NativeApi, AnEventInTheContactOut) {
  const Answer published = publish(kCreated);
  ASSERT_EQ(published.status, 200) << published.body;
  EXPECT_EQ(published.json.at("results").at(0).at("status"), "accepted");
  EXPECT_EQ(published.json.at("results").at(0).at("contact"), 7);
  EXPECT_EQ(published.json.at("totals").at("accepted"), 1);

  const Answer contact = get("/v1/contacts/7");
  ASSERT_EQ(contact.status, 200) << contact.body;
  EXPECT_EQ(contact.json.at("fields"), (json::object{{"name", "Ada"}, {"email", "ada@x.example"}}));
  EXPECT_EQ(contact.json.at("tags"), (json::array{"vip"}));
  EXPECT_EQ(contact.text("dateCreated"), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(contact.header("ETag"), "\"1\"");
  EXPECT_FALSE(contact.header("Rapport-Position").empty());
  EXPECT_FALSE(contact.header("Rapport-Request-Id").empty());
}

TEST_F(NativeApi, ARepeatIsToldAndARefusalIs412) {
  ASSERT_EQ(publish(kCreated).status, 200);
  const Answer again = publish(kCreated);
  EXPECT_EQ(again.json.at("results").at(0).at("status"), "repeated");
  EXPECT_EQ(again.json.at("results").at(0).at("outcome"), "accepted");
  const Answer refused =
      publish(R"({"specversion":"1.0","id":"e2","source":"crm","type":"contact.changed","subject":"contact/7",)"
              R"("expectedversion":5,"data":{"archived":true}})");
  EXPECT_EQ(refused.status, 412);
  EXPECT_EQ(refused.text("code"), "wrong_expected_version");
  EXPECT_EQ(refused.text("detail"), "it is at version 1");
}

TEST_F(NativeApi, BadInputNamesTheField) {
  const struct {
    const char* event;
    const char* code;
    const char* field;
  } rows[] = {
      {"{", "invalid_json", nullptr},
      {R"({"specversion":"1.0","id":"a","source":"s","type":"visit.started","subject":"nobody"})", "invalid_event",
       "subject"},
      {R"({"specversion":"1.0","id":"a","source":"s","type":"page.viewed","subject":"contact/1","data":{"url":7}})",
       "invalid_event", "data.url"},
      {R"({"specversion":"1.0","id":"a","source":"s","type":"note.added","subject":"contact/1","time":"2999-01-01T00:00:00Z","data":{"text":"x"}})",
       "future_time", "time"},
      {R"({"specversion":"1.0","id":"a","id":"b","source":"s","type":"x.y","subject":"contact/1"})", "duplicate_key",
       "id"},
      {R"({"specversion":"1.0","id":"a","source":"s","type":"key.created","subject":"control","data":{}})",
       "invalid_event", nullptr},
  };
  for (const auto& row : rows) {
    const Answer answer = publish(row.event);
    EXPECT_EQ(answer.status, 400) << row.event;
    EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
    EXPECT_EQ(answer.text("code"), row.code) << answer.body;
    if (row.field != nullptr) {
      EXPECT_EQ(answer.text("field"), row.field) << answer.body;
    }
  }
  EXPECT_EQ(send(HttpMethod::post, "/v1/events", "x", {}, "text/plain").status, 415);
}

TEST_F(NativeApi, ABatchTellsEachResultAndTakesTheGoodOnes) {
  const std::string batch =
      "[" + visit("v1", "contact/7") + ",{\"specversion\":\"1.0\"}," + visit("v2", "contact/7") + "]";
  const Answer answer = send(HttpMethod::post, "/v1/events", batch, {}, "application/cloudevents-batch+json");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.json.at("totals").at("accepted"), 2);
  EXPECT_EQ(answer.json.at("totals").at("rejected"), 1);
  EXPECT_EQ(answer.json.at("results").at(1).at("status"), "rejected");
  EXPECT_EQ(get("/v1/contacts/7").json.at("counters").at("visits"), 2);
}

TEST_F(NativeApi, AStreamOfLinesNamesTheBadOne) {
  const std::string lines = visit("v1", "contact/7") + "\n{bad\n\n" + visit("v2", "contact/8") + "\n";
  const Answer answer = send(HttpMethod::post, "/v1/events", lines, {}, "application/x-ndjson");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.json.at("totals").at("accepted"), 2);
  ASSERT_EQ(answer.json.at("results").as_array().size(), 1u) << "accepted ones are only counted";
  EXPECT_EQ(answer.json.at("results").at(0).at("index"), 1);
  EXPECT_EQ(answer.json.at("results").at(0).at("field"), "line 2");
}

TEST_F(NativeApi, LimitsOfEventsHold) {
  const std::string huge = visit("v1", "contact/7") + std::string(kEventSizeMax, ' ');
  EXPECT_EQ(publish(huge).status, 413);
  std::string many = "[";
  for (int i = 0; i < 1'001; ++i) many += (i == 0 ? "" : ",") + std::string("{}");
  const Answer answer = send(HttpMethod::post, "/v1/events", many + "]", {}, "application/cloudevents-batch+json");
  EXPECT_EQ(answer.status, 413) << answer.body;
  const std::string big = "[\"" + std::string(1u << 20, 'x') + "\"]";
  EXPECT_EQ(send(HttpMethod::post, "/v1/events", big, {}, "application/cloudevents-batch+json").status, 413);
}

TEST_F(NativeApi, AReadAfterAWriteSeesIt) {
  const Answer created = post("/v1/contacts", R"({"fields":{"name":"Ada"}})");
  ASSERT_EQ(created.status, 201) << created.body;
  const std::string target = "/v1/contacts/" + std::to_string(created.number("id"));
  EXPECT_EQ(created.header("Location"), target);
  HttpHeaders after{{"Rapport-After", created.header("Rapport-Position")}};
  EXPECT_EQ(get(target, after).status, 200);

  const std::string log = created.header("Rapport-Position").substr(0, 8);
  HttpHeaders never{{"Rapport-After", log + ".0-999999"}, {"Rapport-Wait", "0.05"}};
  const Answer timeout = get(target, never);
  EXPECT_EQ(timeout.status, 504);
  EXPECT_THAT(timeout.text("detail"), HasSubstr(log)) << "where the fold has come to";
  EXPECT_EQ(get(target, {{"Rapport-After", "00000000.0-1"}}).status, 410);
  EXPECT_EQ(get(target, {{"Rapport-After", "soon"}}).text("field"), "Rapport-After");
  EXPECT_EQ(get(target, {{"Rapport-After", log + ".0-0"}, {"Rapport-Wait", "-1"}}).text("field"), "Rapport-Wait");
}

TEST_F(NativeApi, AWriteIsOneEventAndIfMatchGuardsIt) {
  const std::int64_t id = post("/v1/contacts", R"({"fields":{"name":"Ada"},"tags":["lead"]})").number("id");
  const std::string target = "/v1/contacts/" + std::to_string(id);
  const Answer changed = send(HttpMethod::patch, target,
                              R"({"fields":{"name":null,"city":"Turin"},"tags":{"add":["vip"],"remove":["lead"]}})",
                              {{"If-Match", "\"1\""}});
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(changed.json.at("fields"), (json::object{{"city", "Turin"}}));
  EXPECT_EQ(changed.json.at("tags"), (json::array{"vip"}));
  EXPECT_EQ(changed.number("version"), 2);
  const Answer stale = send(HttpMethod::patch, target, R"({"archived":true})", {{"If-Match", "\"1\""}});
  EXPECT_EQ(stale.status, 412);
  EXPECT_EQ(stale.text("detail"), "it is at version 2");
  EXPECT_EQ(stale.text("field"), "If-Match");
  EXPECT_EQ(send(HttpMethod::patch, target, R"({"archived":"maybe"})").text("field"), "data.archived");
  EXPECT_EQ(send(HttpMethod::patch, target, R"({"archived":true})", {{"If-Match", "x"}}).text("field"), "If-Match");
  const Answer unless = send(HttpMethod::patch, target, R"({"archived":true})", {{"If-None-Match", "*"}});
  EXPECT_EQ(unless.status, 400) << "a condition that is passed over would be a write that nobody wanted";
  EXPECT_EQ(unless.text("field"), "If-None-Match");
  EXPECT_EQ(get(target, {{"If-None-Match", "\"2\""}}).status, 200);
  EXPECT_EQ(post(target + "/archive", "").text("status"), "archived");
  EXPECT_EQ(post(target + "/unarchive", "").text("status"), "active");
  EXPECT_EQ(send(HttpMethod::patch, "/v1/contacts/99", R"({"archived":true})").status, 404);
}

TEST_F(NativeApi, ATimelineShowsOldAndNew) {
  ASSERT_EQ(publish(kCreated).status, 200);
  ASSERT_EQ(send(HttpMethod::patch, "/v1/contacts/7", R"({"fields":{"email":"new@x.example"}})").status, 200);
  ASSERT_EQ(publish(visit("v1", "contact/7")).status, 200);
  const Answer page = get("/v1/contacts/7/timeline?limit=2");
  ASSERT_EQ(page.status, 200) << page.body;
  const json::value& newest = page.json.at("items").at(0);
  EXPECT_EQ(newest.at("type"), "contact.changed");
  EXPECT_EQ(
      newest.at("changes").at(0),
      (json::object{{"path", "fields.email"}, {"old", "ada@x.example"}, {"new", "new@x.example"}, {"won", true}}));
  EXPECT_EQ(page.json.at("items").at(1).at("type"), "visit.started");
  const Answer rest = get("/v1/contacts/7/timeline?limit=2&cursor=" + page.text("next"));
  EXPECT_EQ(rest.json.at("items").as_array().size(), 1u);
  EXPECT_TRUE(rest.json.at("next").is_null());
  EXPECT_EQ(get("/v1/contacts/7/timeline?type=visit.started").json.at("items").as_array().size(), 1u);
  EXPECT_EQ(get("/v1/contacts/7/timeline?order=up").text("field"), "order");
  EXPECT_EQ(get("/v1/contacts/7/timeline?limit=501").text("field"), "limit");
}

TEST_F(NativeApi, ATimelineSaysWhatCausedAnEvent) {
  ASSERT_EQ(publish(R"({"specversion":"1.0","id":"n","source":"crm","type":"note.added","subject":"contact/7",
                        "time":"2020-01-01T00:00:00Z","causationid":"v-1","correlationid":"s-9","data":{"text":"x"}})")
                .status,
            200);
  ASSERT_EQ(publish(visit("v1", "contact/7")).status, 200);
  const auto items = get("/v1/contacts/7/timeline?order=asc").json.at("items").as_array();
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].at("causationId"), "v-1");
  EXPECT_EQ(items[0].at("correlationId"), "s-9");
  EXPECT_FALSE(items[1].as_object().contains("causationId"));
}

TEST_F(NativeApi, ADeletedContactIsGoneAndSaysWhen) {
  ASSERT_EQ(publish(kCreated).status, 200);
  EXPECT_EQ(send(HttpMethod::delete_, "/v1/contacts/7").status, 200);
  const Answer gone = get("/v1/contacts/7");
  EXPECT_EQ(gone.status, 410);
  EXPECT_EQ(gone.text("status"), "deleted");
  EXPECT_EQ(get("/v1/contacts").json.at("items").as_array().size(), 0u);
  EXPECT_EQ(publish(visit("v1", "contact/7")).status, 412);
}

TEST_F(NativeApi, AListPagesByCursor) {
  for (int i = 1; i <= 5; ++i) {
    ASSERT_EQ(publish(visit("v" + std::to_string(i), "contact/" + std::to_string(i))).status, 200);
  }
  std::vector<std::int64_t> ids;
  std::string target = "/v1/contacts?limit=2";
  while (true) {
    const Answer page = get(target);
    ASSERT_EQ(page.status, 200) << page.body;
    EXPECT_EQ(page.number("total"), 5);
    for (const json::value& item : page.json.at("items").as_array())
      ids.push_back(item.at("id").to_number<std::int64_t>());
    if (page.json.at("next").is_null()) break;
    target = "/v1/contacts?limit=2&cursor=" + page.text("next");
  }
  EXPECT_EQ(ids, (std::vector<std::int64_t>{1, 2, 3, 4, 5}));
  EXPECT_EQ(get("/v1/contacts?cursor=!").text("field"), "cursor");
}

TEST_F(NativeApi, AVisitorIsFoundByItsIdentity) {
  const Answer published = publish(visit("v1", "identity/web:a%2Fb"));
  ASSERT_EQ(published.status, 200) << published.body;
  const Answer found = get("/v1/identities/web/a%252Fb");
  ASSERT_EQ(found.status, 200) << found.body;
  EXPECT_EQ(found.json.at("contactId"), published.json.at("results").at(0).at("contact"));
  EXPECT_EQ(get("/v1/identities/web/nobody").status, 404);
}

TEST_F(NativeApi, StatusHealthAndMetricsAreThere) {
  ASSERT_EQ(publish(kCreated).status, 200);
  const Answer status = get("/v1/status");
  EXPECT_EQ(status.number("contacts"), 1);
  EXPECT_EQ(status.text("log"), "embedded");
  EXPECT_EQ(status.text("digest").size(), 32u);
  ASSERT_EQ(status.json.at("partitions").as_array().size(), 3u) << "control and two";
  EXPECT_EQ(status.json.at("partitions").at(1).at("lag"), 0);
  EXPECT_EQ(status.json.at("partitions").at(1).at("lagSeconds"), 0.0);
  EXPECT_THAT(get("/metrics").body, HasSubstr("rapport_contacts 1\n"));
  become_nobody();
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(get("/readyz").status, 200);
  EXPECT_EQ(get("/v1/status").status, 401);
}

TEST_F(NativeApi, AKeyMayDoWhatItsScopesSay) {
  ASSERT_EQ(publish(kCreated).status, 200);
  become({"contact:read"});
  EXPECT_EQ(get("/v1/contacts/7").status, 200);
  EXPECT_EQ(send(HttpMethod::patch, "/v1/contacts/7", R"({"archived":true})").status, 403);
  EXPECT_EQ(publish(visit("v1", "contact/7")).status, 403);
  EXPECT_EQ(get("/v1/keys").status, 403);
  become({"event:write"});
  EXPECT_EQ(publish(visit("v1", "contact/7")).status, 200);
  EXPECT_EQ(get("/v1/contacts/7").status, 403);

  const std::string id = key_.substr(3, key_.rfind('_', key_.size() - 44) - 3);
  become_admin();
  const Answer keys = get("/v1/keys");
  EXPECT_THAT(keys.body, HasSubstr(id));
  EXPECT_THAT(keys.body, testing::Not(HasSubstr("secret")));
  EXPECT_EQ(send(HttpMethod::delete_, "/v1/keys/" + id).status, 204);
  EXPECT_EQ(send(HttpMethod::delete_, "/v1/keys/nobody").status, 404);
}

TEST_F(NativeApi, ARebuildIsStartedAndWatched) {
  ASSERT_EQ(publish(kCreated).status, 200);
  const Answer started = post("/v1/rebuilds", "");
  ASSERT_EQ(started.status, 202) << started.body;
  const std::string target = "/v1/rebuilds/" + std::to_string(started.number("id"));
  Answer status;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  do {
    status = get(target);
    ASSERT_EQ(status.status, 200) << status.body;
  } while (status.json.at("ended").is_null() && std::chrono::steady_clock::now() < until);
  EXPECT_EQ(status.text("state"), "swapped") << status.body;
  EXPECT_EQ(status.text("liveDigest"), status.text("freshDigest"));
  EXPECT_EQ(get("/v1/status").number("generation"), started.number("id"));
  EXPECT_EQ(get("/v1/rebuilds/99").status, 404);
  EXPECT_EQ(post(target + "/cancel", "").status, 404) << "it is over";
}

TEST_F(NativeApi, ARebuildOfAMemberIsRefusedWhereThereIsNoGroup) {
  for (const char* path : {"/v1/rebuilds", "/v1/rebuilds/1/pause", "/v1/rebuilds/1/accept"}) {
    const Answer refused = post(std::string(path) + "?member=crm-2:8080", "");
    EXPECT_EQ(refused.status, 400) << path;
    EXPECT_EQ(refused.text("field"), "member");
    EXPECT_THAT(refused.text("detail"), HasSubstr("in no group"));
  }
  EXPECT_EQ(get("/v1/rebuilds?member=crm-2:8080").text("field"), "member");
  EXPECT_EQ(get("/v1/rebuilds").at("/items"), json::array()) << "nothing has begun";
}

}  // namespace
}  // namespace rapport
