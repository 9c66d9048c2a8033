// How often KeyRing lets keys in, by a clock that the test holds.
#include <gtest/gtest.h>

#include <future>

#include "engine/auth/key_ring.h"
#include "engine/log/embedded_log.h"
#include "tests/publish/publish_engine.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

class KeyLimitsTest : public testing::Test {
 protected:
  std::string create(std::vector<std::string> scopes) {
    const auto drawn = ring_.draw({.name = "a", .scopes = std::move(scopes), .expires = {}}, "");
    EXPECT_TRUE(engine_.append_own({drawn->created}));
    return drawn->text.text();
  }
  // How many of so many tries are let in; the others are told that they came too often.
  int let_in(const std::string& key, int tries) {
    return count(tries, [&] { return ring_.authorize("Bearer " + key, "contact:read", "192.0.2.1"); });
  }
  template <class Ask>
  int count(int tries, const Ask& ask) {
    int good = 0;
    for (int i = 0; i < tries; ++i) {
      const auto answer = ask();
      good += answer ? 1 : 0;
      if (!answer) {
        EXPECT_EQ(answer.error().field, kRateField) << to_string(answer.error());
      }
    }
    return good;
  }
  // How many wrong keys of so many are told that they are wrong, and not that they come too often.
  int told_wrong(const std::string& key, const std::string& client, int tries) {
    int wrong = 0;
    for (int i = 0; i < tries; ++i) {
      const auto answer = ring_.authorize("Bearer " + key, "contact:read", client);
      EXPECT_FALSE(answer);
      wrong += answer.error().code == Errc::unauthorized ? 1 : 0;
    }
    return wrong;
  }

  TemporaryDirectory directory_{fastest_directory()};
  std::unique_ptr<EmbeddedLog> log_ = *EmbeddedLog::open({.directory = directory_.path() / "log"});
  PublishEngine engine_{*log_, directory_.path() / "rows"};
  RateLimiter::Clock::time_point now_{std::chrono::hours(1)};
  KeyRing ring_{*log_,
                engine_.folder(),
                engine_.publisher(),
                {},
                {.keys = {10, 20}, .pages = {2, 3}, .wrong_keys = {1, 4}, .now = [this] { return now_; }}};
};

TEST_F(KeyLimitsTest, AKeyIsLetInAsOftenAsItsLimitSays) {
  const std::string key = create({"contact:read"}), other = create({"contact:read"});
  EXPECT_EQ(let_in(key, 50), 20);
  EXPECT_EQ(let_in(other, 50), 20) << "each key for itself";
  now_ += std::chrono::seconds(1);
  EXPECT_EQ(let_in(key, 50), 10);
  EXPECT_EQ(ring_.limited().keys, 100u);
  EXPECT_EQ(ring_.limited().pages, 0u);
}

TEST_F(KeyLimitsTest, ASessionSharesTheLimitOfItsKey) {
  const std::string key = create({"contact:read"});
  const auto principal = ring_.authorize("Bearer " + key, "contact:read");
  ASSERT_TRUE(principal);
  const std::string session = ring_.start_session(*principal);
  EXPECT_EQ(count(50, [&] { return ring_.authorize_session(session, "contact:read"); }), 19);
}

// Of an answer that goes on for longer than a session lasts.
TEST_F(KeyLimitsTest, ASessionIsOverAtItsEnd) {
  const auto principal = ring_.authorize("Bearer " + create({"contact:read"}), "contact:read");
  ASSERT_TRUE(principal);
  auto of_session = ring_.authorize_session(ring_.start_session(*principal), "contact:read");
  ASSERT_TRUE(of_session);
  EXPECT_TRUE(ring_.is_good(*of_session));
  of_session->session_end = Timestamp{now_wall_clock().ms - 1};
  EXPECT_FALSE(ring_.is_good(*of_session));
  EXPECT_TRUE(ring_.is_good(*principal)) << "the key itself is good";
}

TEST_F(KeyLimitsTest, APagesKeyHasALimitOfItsOwn) {
  const std::string page = create({"page:https://shop.example"});
  EXPECT_EQ(count(10, [&] { return ring_.authorize_page(page, "https://shop.example"); }), 3);
  EXPECT_EQ(ring_.limited().pages, 7u);
}

TEST_F(KeyLimitsTest, WrongKeysAreCountedByTheAddressThatTheyComeFrom) {
  const std::string good = create({"contact:read"}), wrong = draw_api_key().text();
  EXPECT_EQ(told_wrong(wrong, "192.0.2.1", 2), 2);
  EXPECT_EQ(told_wrong("no key", "192.0.2.1", 10), 2);
  EXPECT_EQ(told_wrong(wrong, "192.0.2.2", 10), 4);
  EXPECT_EQ(ring_.limited().wrong_keys, 14u);
  EXPECT_EQ(let_in(good, 1), 1) << "a neighbour behind the same proxy";
  EXPECT_EQ(ring_.authorize(std::nullopt, "contact:read", "192.0.2.1").error().code, Errc::unauthorized)
      << "no key is no wrong key";
  now_ += std::chrono::seconds(1);
  EXPECT_EQ(told_wrong(wrong, "192.0.2.1", 10), 1);
}

TEST_F(KeyLimitsTest, WrongKeysOfAPageAndWrongSessionsCountAsWell) {
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(ring_.authorize_page("rk_x", "https://a.example", "192.0.2.1").error().code, Errc::unauthorized);
    EXPECT_EQ(ring_.authorize_session("x", std::nullopt, "192.0.2.1").error().code, Errc::unauthorized);
  }
  EXPECT_EQ(ring_.authorize_page("rk_x", "https://a.example", "192.0.2.1").error().field, kRateField);
  EXPECT_EQ(ring_.authorize_session("x", std::nullopt, "192.0.2.1").error().field, kRateField);
}

TEST_F(KeyLimitsTest, AKeyOnAPageThatItIsNotForCountsAsAWrongOne) {
  const std::string page = create({"page:https://shop.example"});
  const auto on_another = [&] { return ring_.authorize_page(page, "https://a.example", "192.0.2.1").error(); };
  for (int i = 0; i < 4; ++i) EXPECT_EQ(on_another().code, Errc::forbidden);
  EXPECT_EQ(on_another().field, kRateField);
  EXPECT_EQ(count(3, [&] { return ring_.authorize_page(page, "https://shop.example", "192.0.2.1"); }), 3);
}

}  // namespace
}  // namespace rapport
