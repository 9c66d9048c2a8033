// Idempotency-Key: a retry is told what the first request was told, and writes nothing; also where only the log is left
// of the first one, and where another engine of the log answers.
#include <gmock/gmock.h>

#include <future>
#include <mutex>
#include <thread>

#include "engine/http/api/idempotency_table.h"
#include "engine/publish/own_events.h"
#include "tests/http/api/api_test.h"
#include "tests/publish/intercepted_log.h"
#include "tests/publish/publish_engine.h"

namespace rapport {
namespace {

namespace json = boost::json;
using std::chrono::hours;

HttpHeaders keyed(std::string_view key) {
  HttpHeaders headers;
  headers.add("Idempotency-Key", key);
  return headers;
}

class Idempotency : public ApiTest {
 protected:
  Answer write(HttpMethod method, const std::string& target, const std::string& body, std::string_view key) {
    return send(method, target, body, keyed(key));
  }
  std::string create(const std::string& body = R"({"fields":{"name":"Ada"}})") {
    const Answer made = post("/v1/contacts", body);
    EXPECT_EQ(made.status, 201) << made.body;
    return "/v1/contacts/" + std::to_string(made.number("id"));
  }
  std::uint64_t accepted() {
    const json::value status = get("/v1/status").json;
    return status.at("events").at("accepted").to_number<std::uint64_t>();
  }
};

TEST_F(Idempotency, ARetryBehindAMergeIsOfTheContactThatWasNamed) {
  const std::string loser = create(), root = create();
  const std::string body = R"({"fields":{"city":"Turin"}})";
  ASSERT_EQ(write(HttpMethod::patch, loser, body, "k1").status, 200);
  ASSERT_EQ(post(loser + "/merge", R"({"into":)" + root.substr(root.rfind('/') + 1) + "}").status, 200);
  ASSERT_EQ(send(HttpMethod::patch, root, R"({"fields":{"city":"Oslo"}})").status, 200);
  reopen();  // only the log knows of it
  const std::uint64_t before = accepted();
  const Answer again = write(HttpMethod::patch, loser, body, "k1");
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(again.text_at("/fields/city"), "Turin") << "as the first was told";
  EXPECT_EQ(accepted(), before);
  EXPECT_EQ(get(root).text_at("/fields/city"), "Oslo");
}

TEST_F(Idempotency, ARetryIsToldTheSameAndAnotherRequestIsRefused) {
  const std::string body = R"({"fields":{"name":"Ada"}})";
  const Answer first = post("/v1/contacts", body, keyed("k1"));
  ASSERT_EQ(first.status, 201) << first.body;
  const std::uint64_t before = accepted();
  const Answer again = post("/v1/contacts", body, keyed("\"k1\""));  // quoted or bare
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("ETag"), first.header("ETag"));
  EXPECT_EQ(again.header("Rapport-Position"), first.header("Rapport-Position"));
  EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(accepted(), before);

  const Answer other = post("/v1/contacts", R"({"fields":{"name":"Eve"}})", keyed("k1"));
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(other.text("code"), "idempotency_key_reused");
  EXPECT_EQ(other.text("field"), "Idempotency-Key");
  EXPECT_EQ(post("/api/v1/crm/objects/contact", body, keyed("k1")).status, 422);
  // Nor is it another's.
  become({"contact:write"});
  EXPECT_EQ(post("/v1/contacts", body, keyed("k1")).status, 422);
}

TEST_F(Idempotency, AnErasedContactIsNotToldAgain) {
  const Answer made = post("/v1/contacts", R"({"fields":{"name":"Ada"}})", keyed("k1"));
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string contact = "/v1/contacts/" + std::to_string(made.number_at("/id"));
  ASSERT_EQ(send(HttpMethod::patch, contact, R"({"fields":{"city":"Oslo"}})", keyed("k2")).status, 200);
  ASSERT_EQ(post(contact + "/erase", "", keyed("k3")).status, 200);
  for (const Answer& again : {post("/v1/contacts", R"({"fields":{"name":"Ada"}})", keyed("k1")),
                              send(HttpMethod::patch, contact, R"({"fields":{"city":"Oslo"}})", keyed("k2"))}) {
    EXPECT_NE(again.status / 100, 2) << again.body;
    EXPECT_EQ(again.body.find("Ada"), again.body.npos) << again.body;
  }
  EXPECT_EQ(post(contact + "/erase", "", keyed("k3")).status, 200) << "that is told again";
}

constexpr const char* kPlan = R"({"object":"contact","key":"plan","type":"text","system":"no","config":{
    "label":"Plan","input":{"type":"radio","label":"Plan","options":["free","pro"],"validationFormat":"any"}}})";

TEST_F(Idempotency, WhatWroteNothingUsesUpNoKey) {
  EXPECT_EQ(post("/v1/contacts", R"({"wings":2})", keyed("k1")).status, 400);
  EXPECT_EQ(post("/v1/contacts", "{}", keyed("k1")).status, 201);
  // What is known only behind the id that the key was given.
  ASSERT_EQ(post("/api/v1/crm/objects/object-field", kPlan).status, 200);
  EXPECT_EQ(post("/v1/contacts", R"({"fields":{"plan":"gold"}})", keyed("k2")).status, 400);
  EXPECT_EQ(post("/v1/contacts", R"({"fields":{"plan":"pro"}})", keyed("k2")).status, 201) << "corrected";
  EXPECT_EQ(post("/v1/contacts", R"({"fields":{"plan":"free"}})", keyed("k2")).status, 422);
}

TEST_F(Idempotency, AKeyIsATextOfALimitedLength) {
  for (const std::string& bad :
       {std::string("\"\""), std::string(257, 'k'), std::string("\"half"), std::string("a\"b"), std::string("Zoë")}) {
    const Answer answer = post("/v1/contacts", "{}", keyed(bad));
    EXPECT_EQ(answer.status, 400) << bad;
    EXPECT_EQ(answer.text("field"), "Idempotency-Key");
  }
  EXPECT_EQ(post("/v1/contacts", "{}", keyed(std::string(256, 'k'))).status, 201);
}

TEST_F(Idempotency, EveryWriteLooksAtIt) {
  for (const Route* route : server_->router().routes()) {
    if (route->method == HttpMethod::get || route->scope.empty() || route->scope.ends_with(":read")) continue;
    std::string path = route->pattern;
    for (std::size_t begin; (begin = path.find('{')) != std::string::npos;) {
      path.replace(begin, path.find('}') + 1 - begin, "1");
    }
    const Answer answer = send(route->method, path, "", keyed("\"\""));
    EXPECT_EQ(answer.status, 400) << route->pattern;
    EXPECT_EQ(answer.text("field"), "Idempotency-Key") << route->pattern;
  }
}

TEST_F(Idempotency, ACreatedContactIsTheSameOneAfterTheEngineHasEnded) {
  const std::string body = R"({"fields":{"name":"Ada"},"tags":["vip"]})";
  const Answer first = post("/v1/contacts", body, keyed("k1"));
  ASSERT_EQ(first.status, 201) << first.body;
  const std::string contact = "/v1/contacts/" + std::to_string(first.number("id"));
  ASSERT_EQ(post(contact + "/tags", R"({"add":["later"]})").status, 200);
  reopen();
  const Answer again = post("/v1/contacts", body, keyed("k1"));
  EXPECT_EQ(again.status, 201) << again.body;
  EXPECT_EQ(again.body, first.body);  // as it was then
  EXPECT_EQ(again.header("ETag"), first.header("ETag"));
  EXPECT_EQ(again.header("Location"), first.header("Location"));
  EXPECT_EQ(get(contact).number("version"), 2);
  reopen();
  const Answer other = post("/v1/contacts", R"({"fields":{"name":"Eve"}})", keyed("k1"));
  EXPECT_EQ(other.status, 422) << other.body;
  // Deleted since, it is not made anew.
  ASSERT_EQ(send(HttpMethod::delete_, contact).status, 200);
  reopen();
  EXPECT_EQ(post("/v1/contacts", body, keyed("k1")).body, first.body);
  EXPECT_EQ(get("/v1/contacts").number("total"), 0);
}

// method, target, body: asked twice, with an end of the engine in between, each is told the same and folds once.
// The engine ended between the two: the key has an id, and nobody has been made under it.
TEST_F(Idempotency, ACreateOfWhichOnlyTheIdWasClaimedIsFinished) {
  std::promise<std::uint64_t> drawn;
  engine_->publisher().allocate_id(IdKind::contact,
                                   [&](const Result<std::uint64_t>& id) { drawn.set_value(id ? *id : 0); });
  const std::uint64_t id = drawn.get_future().get();
  const Identity claim{"idempotency", "k1"};
  std::promise<bool> told;
  engine_->publisher().append_own(
      {own_event(EventType::identity_claimed, claim, IdentityClaimed{claim, ContactId{id}})}, {},
      [&](const Result<Published>& published) { told.set_value(published.has_value()); });
  ASSERT_TRUE(told.get_future().get());
  reopen();
  const Answer made = write(HttpMethod::post, "/v1/contacts", R"({"fields":{"name":"Ada"}})", "k1");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.number("id"), static_cast<std::int64_t>(id));
  // Whoever brings an id of that range without such a key has invented it.
  const Answer invented =
      publish(R"({"specversion":"1.0","id":"e","source":"s","type":"note.added","subject":"contact/)" +
              std::to_string(id + 1) + R"(","data":{"text":"x"}})");
  EXPECT_EQ(invented.text("code"), "id_not_given_out");
}

TEST_F(Idempotency, EveryKindOfWriteFoldsOnceAcrossAnEnd) {
  const std::string ada = create(), eve = create(), old = create();
  const std::string eve_id = eve.substr(eve.rfind('/') + 1);
  ASSERT_EQ(post("/api/v1/crm/objects/company", R"({"fields":{"name":"Initech"}})").status, 200);
  const std::string crm = "/api/v1/crm/";
  const std::string attribute = R"({"object":"contact","key":"plan","type":"text"})";
  const struct {
    HttpMethod method;
    std::string target, body;
  } rows[] = {
      {HttpMethod::patch, ada, R"({"fields":{"city":"Oslo"}})"},
      {HttpMethod::post, ada + "/tags", R"({"add":["vip"]})"},
      {HttpMethod::post, ada + "/archive", ""},
      {HttpMethod::post, ada + "/unarchive", ""},
      {HttpMethod::post, ada + "/merge", R"({"into":)" + eve_id + "}"},
      {HttpMethod::post, ada + "/unmerge", ""},
      {HttpMethod::delete_, old, ""},
      {HttpMethod::post, crm + "objects/contact", R"({"name":"Ada","dateUpdated":"2021-01-01T00:00:00.000Z"})"},
      {HttpMethod::put, crm + "objects/contact/" + eve_id,
       R"({"name":"Eva","dateUpdated":"2031-01-01T00:00:00.000Z"})"},
      {HttpMethod::post, crm + "objects/company", R"({"fields":{"name":"Umbrella"}})"},
      {HttpMethod::put, crm + "objects/company/1", R"({"fields":{"name":"Initrode"}})"},
      {HttpMethod::delete_, crm + "objects/company/1", ""},
      {HttpMethod::post, crm + "tag", R"({"name":"gold"})"},
      {HttpMethod::put, crm + "tag/1", R"({"color":"#00ff00"})"},
      {HttpMethod::delete_, crm + "tag/1", ""},
      {HttpMethod::post, crm + "objects/object-field", attribute},
      {HttpMethod::put, crm + "objects/object-field/1", R"({"indexed":true})"},
      {HttpMethod::delete_, crm + "objects/object-field/1", ""},
      {HttpMethod::delete_, crm + "objects/contact/" + eve_id, ""},
  };
  int number = 0;
  for (const auto& row : rows) {
    SCOPED_TRACE(std::string(http_method_name(row.method)) + " " + row.target);
    const std::string key = "key-" + std::to_string(++number);
    // A claimed time must not be ahead of the engine's clock.
    std::string body = row.body;
    if (const auto at = body.find("2031"); at != std::string::npos) body.replace(at, 4, "2022");
    const Answer first = write(row.method, row.target, body, key);
    ASSERT_LT(first.status, 300) << first.body;
    const std::uint64_t before = accepted();
    reopen();
    const Answer again = write(row.method, row.target, body, key);
    EXPECT_EQ(again.status, first.status) << again.body;
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(accepted(), before);
    reopen();
    const Answer other = write(row.method, row.target + "?dry_run=0", body, key);
    EXPECT_EQ(other.status, 422) << other.body;
  }
}

TEST_F(Idempotency, ARefusalIsToldAgainToo) {
  const std::string ada = create();
  HttpHeaders headers = keyed("k1");
  headers.add("If-Match", "7");
  ASSERT_EQ(send(HttpMethod::patch, ada, R"({"archived":true})", headers).status, 412);
  reopen();
  EXPECT_EQ(send(HttpMethod::patch, ada, R"({"archived":true})", headers).status, 412);
  EXPECT_EQ(get(ada).text("status"), "active");
}

TEST_F(Idempotency, AKeysSecretIsToldOnce) {
  const std::string body = R"({"name":"web","scopes":["event:write"]})";
  const Answer first = post("/v1/keys", body, keyed("k1"));
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(post("/v1/keys", body, keyed("k1")).body, first.body);
  reopen();
  const Answer again = post("/v1/keys", body, keyed("k1"));
  EXPECT_EQ(again.status, 409) << again.body;
  EXPECT_EQ(get("/v1/keys").at("/items").as_array().size(), 2u);  // the admin's and this one
}

TEST_F(Idempotency, EventsHaveNamesOfTheirOwn) {
  const std::string event = R"({"specversion":"1.0","id":"e1","source":"s","type":"note.added",)"
                            R"("subject":"contact/7","data":{"text":"x"}})";
  const auto publish = [&](const std::string& bytes, const char* type) {
    return send(HttpMethod::post, "/v1/events", bytes, keyed("k1"), type);
  };
  const Answer first = publish(event, "application/cloudevents+json");
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(publish(event, "application/cloudevents+json").body, first.body);
  EXPECT_EQ(publish("[" + event + "]", "application/cloudevents-batch+json").status, 422);
  const Answer lines = publish(event, "application/x-ndjson");
  EXPECT_EQ(lines.status, 400);
  EXPECT_EQ(lines.text("field"), "Idempotency-Key");
}

// Another engine of the same log, with rows and a memory of its own.
class SecondEngine : public Idempotency {
 protected:
  void SetUp() override {
    Idempotency::SetUp();
    log_ = std::make_unique<InterceptedLog>(engine_->log());
    other_ = std::make_unique<PublishEngine>(*log_, directory_.path() / "other");
    other_->fold_all();
    other_keys_ = std::make_unique<KeyRing>(*log_, other_->folder(), other_->publisher());
    other_services_.reset(new ApiServices{.log = *log_,
                                          .folder = other_->folder(),
                                          .publisher = other_->publisher(),
                                          .keys = *other_keys_,
                                          .rebuilder = engine_->rebuilder(),
                                          .feed = engine_->feed(),
                                          .backups = engine_->backups(),
                                          .reverter = engine_->reverter(),
                                          .eraser = engine_->eraser(),
                                          .version = "test",
                                          .log_kind = "embedded"});
    Router router;
    add_api_routes(router, *other_services_);
    HttpServerOptions options{.port = 0, .threads = 1};
    options.authorize = [this](const HttpRequest& request, const Route& route) {
      return other_keys_->authorize(request.headers.find("Authorization"), route.scope);
    };
    other_server_ = *HttpServer::open(std::move(options), std::move(router));
    other_client_ = connect();
  }

  std::unique_ptr<HttpClient> connect() const {
    return *HttpClient::open({.url = "http://127.0.0.1:" + std::to_string(other_server_->port())});
  }
  HttpClientResponse ask_other(HttpClient& client, const std::string& body) {
    HttpClientRequest request{
        .method = HttpMethod::post, .target = "/v1/contacts", .headers = keyed("k1"), .body = body};
    request.headers.add("Authorization", "Bearer " + key_);
    request.content_type = "application/json";
    return *client.send(request);
  }

  std::unique_ptr<InterceptedLog> log_;
  std::unique_ptr<PublishEngine> other_;
  std::unique_ptr<KeyRing> other_keys_;
  std::unique_ptr<ApiServices> other_services_;
  std::unique_ptr<HttpServer> other_server_;
  std::unique_ptr<HttpClient> other_client_;
};

TEST_F(SecondEngine, TellsTheSame) {
  const Answer first = post("/v1/contacts", R"({"tags":["vip"]})", keyed("k1"));
  ASSERT_EQ(first.status, 201);
  other_->fold_all();
  EXPECT_EQ(ask_other(*other_client_, R"({"tags":["vip"]})").body, first.body);
  EXPECT_EQ(ask_other(*other_client_, R"({"tags":["lead"]})").status, 422);
}

TEST_F(SecondEngine, ARequestUnderWayIsNotDoneTwice) {
  std::promise<void> began;
  std::once_flag once;
  log_->before = [&](std::vector<NewRecord>&) {
    std::call_once(once, [&] { began.set_value(); });
    return std::nullopt;
  };
  log_->hold_readers(true);  // the first waits for the fold
  int first_status = 0;
  std::thread first([&] {
    const auto client = connect();
    first_status = ask_other(*client, "{}").status;
  });
  began.get_future().wait();
  const int second_status = ask_other(*other_client_, "{}").status;
  log_->hold_readers(false);
  first.join();
  EXPECT_EQ(second_status, 409);
  EXPECT_EQ(first_status, 201);
}

HttpResponse answer_of(std::size_t bytes) { return HttpResponse::json(std::string(bytes, 'x')); }

// Takes the key and answers it.
void answer(IdempotencyTable& table, const std::string& key, std::size_t bytes,
            IdempotencyTable::Clock::time_point at) {
  ASSERT_TRUE(table.begin(key, "hash", at));
  table.finish(key, answer_of(bytes), at);
}

bool knows(IdempotencyTable& table, const std::string& key, IdempotencyTable::Clock::time_point at) {
  const auto kept = table.begin(key, "hash", at);
  if (kept && !*kept) table.forget(key);
  return !kept || *kept;
}

TEST(IdempotencyTable, TellsWhatIsUnderWayAndWhatIsAnother) {
  const IdempotencyTable::Clock::time_point now{};
  IdempotencyTable table;
  ASSERT_TRUE(table.begin("k", "hash", now));
  EXPECT_EQ(table.begin("k", "hash", now).error().code, Errc::idempotency_key_in_use);
  EXPECT_EQ(table.begin("k", "other", now).error().code, Errc::idempotency_key_reused);
  table.finish("k", answer_of(3), now);
  EXPECT_EQ((*table.begin("k", "hash", now))->body, "xxx");
  table.forget("k");
}

TEST(IdempotencyTable, KeepsAsManyAnswersAsItSaysTheNewest) {
  const IdempotencyTable::Clock::time_point now{};
  IdempotencyTable table;
  ASSERT_TRUE(table.begin("under way", "hash", now));
  for (std::size_t i = 0; i <= kIdempotentAnswersMax; ++i) answer(table, "k" + std::to_string(i), 1, now);
  EXPECT_FALSE(knows(table, "k0", now));
  EXPECT_TRUE(knows(table, "k1", now));
  EXPECT_TRUE(knows(table, "under way", now));
}

TEST(IdempotencyTable, KeepsAsManyBytesAsItSays) {
  const IdempotencyTable::Clock::time_point now{};
  IdempotencyTable table;
  answer(table, "a", kIdempotentBytesMax / 2, now);
  answer(table, "b", kIdempotentBytesMax / 4, now);
  EXPECT_TRUE(knows(table, "a", now));
  answer(table, "c", kIdempotentBytesMax / 2, now);
  EXPECT_FALSE(knows(table, "a", now));
  EXPECT_TRUE(knows(table, "b", now));
}

TEST(IdempotencyTable, ForgetsWhatIsOld) {
  const IdempotencyTable::Clock::time_point now{};
  IdempotencyTable table;
  answer(table, "a", 1, now);
  EXPECT_TRUE(knows(table, "a", now + kIdempotentAgeMax - hours(1)));
  EXPECT_FALSE(knows(table, "a", now + kIdempotentAgeMax));
}

}  // namespace
}  // namespace rapport
