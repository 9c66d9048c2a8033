// What the API answers to who asks too often, and while the disk is almost full.
#include <atomic>
#include <thread>

#include "tests/http/api/channel_test.h"

namespace rapport {
namespace {

class RateLimits : public ChannelTest {
 protected:
  RateLimits() {
    limits_.keys = {1, 30};
    limits_.pages = {1, 3};
    limits_.wrong_keys = {1, 3};
    limits_.now = [this] { return now_; };
  }

  RateLimiter::Clock::time_point now_{std::chrono::hours(1)};
};

TEST_F(RateLimits, AreAnsweredWith429AndGoOnASecondLater) {
  Answer last;
  int good = 0;
  while ((last = get("/v1/contacts")).status == 200) ++good;
  EXPECT_LE(good, 30);
  EXPECT_EQ(last.status, 429) << last.body;
  EXPECT_EQ(last.header("Content-Type"), "application/problem+json");
  EXPECT_EQ(last.header("Retry-After"), "1");
  EXPECT_EQ(last.text("code"), "rate_limited");
  EXPECT_FALSE(last.json.as_object().contains("field"));
  EXPECT_EQ(get("/healthz").status, 200) << "what needs no key has no limit of keys";
  now_ += std::chrono::seconds(2);
  EXPECT_EQ(get("/v1/status").number_at("/rateLimited/keys"), 1);
}

TEST_F(RateLimits, AreAPagesOwn) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(say(page(i)).status, 200);
  const Answer fourth = say(page(3));
  EXPECT_EQ(fourth.status, 429) << fourth.body;
  EXPECT_EQ(fourth.text("code"), "rate_limited");
  EXPECT_EQ(fourth.header("Access-Control-Allow-Origin"), "*") << "the script can tell it from a network that is down";
  EXPECT_EQ(get("/v1/status").number_at("/rateLimited/pages"), 1);
  now_ += std::chrono::seconds(1);
  EXPECT_EQ(say(page(3)).status, 200);
  EXPECT_EQ(types().size(), 4u) << "what was turned away is not in";
}

TEST_F(RateLimits, WrongKeysAreTurnedAwayAndGoodOnesAreNot) {
  key_ = draw_api_key().text();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get("/v1/contacts").status, 401);
  EXPECT_EQ(get("/v1/contacts").status, 429);
  EXPECT_EQ(say_under(draw_api_key().text(), page(1)).status, 429);
  become_admin();
  EXPECT_EQ(get("/v1/contacts").status, 200);
  EXPECT_NE(get("/metrics").body.find("rapport_rate_limited_total{limit=\"wrong_key\"} 2\n"), std::string::npos);
}

class LowDisk : public ApiTest {
 protected:
  LowDisk() {
    keep_free_bytes_ = 1'000;
    free_bytes_ = [this] { return std::optional<std::uint64_t>(free_); };
  }
  void TearDown() override { close(); }  // who looks at the disk ends before it

  std::atomic<std::uint64_t> free_{1'000};
};

TEST_F(LowDisk, WritesAreRefusedAndReadsGoOnUntilThereIsRoomAgain) {
  const std::string event =
      R"({"specversion":"1.0","id":"v","source":"web","type":"visit.started","subject":"contact/1000","data":{}})";
  ASSERT_EQ(publish(event).status, 200);
  free_ = 999;
  reopen();  // what the disk has is known from the start
  for (const Answer& refused : {publish(event), post("/v1/contacts", R"({"fields":{"name":"Ada"}})"),
                                send(HttpMethod::post, "/v1/events", event + "\n", {}, "application/x-ndjson"),
                                post("/v1/keys", R"({"name":"a","scopes":["*"]})")}) {
    EXPECT_EQ(refused.status, 503) << refused.body;
    EXPECT_EQ(refused.text("code"), "storage_failed");
    EXPECT_NE(refused.text("detail").find("kept free"), std::string::npos);
    EXPECT_EQ(refused.header("Retry-After"), "30");
  }
  EXPECT_EQ(get("/v1/contacts/1000").status, 200);
  EXPECT_NE(get("/v1/status").text_at("/warnings/0").find("kept free"), std::string::npos);
  EXPECT_NE(get("/metrics").body.find("rapport_disk_low 1\n"), std::string::npos);

  free_ = 1'000;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  Answer again;
  while ((again = publish(event)).status == 503 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(get("/v1/status").at("/warnings").as_array().size(), 0u);
}

}  // namespace
}  // namespace rapport
