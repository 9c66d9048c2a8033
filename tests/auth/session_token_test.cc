#include "engine/auth/session_token.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

constexpr Timestamp kNow{1'774'526'400'000};
constexpr std::int64_t kLifetimeMs = std::chrono::milliseconds(kSessionLifetime).count();

TEST(SessionToken, NamesItsKeyUntilItIsOver) {
  SessionTokens tokens;
  const std::string token = tokens.issue("key-7", kNow);
  EXPECT_EQ(tokens.verify(token, kNow)->key_id, "key-7");
  EXPECT_EQ(tokens.verify(token, kNow)->end.ms, kNow.ms + kLifetimeMs);
  EXPECT_EQ(tokens.verify(token, Timestamp{kNow.ms + kLifetimeMs - 1})->key_id, "key-7");
  const auto over = tokens.verify(token, Timestamp{kNow.ms + kLifetimeMs});
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, Errc::unauthorized);
}

TEST(SessionToken, NoTwoAreOne) {
  SessionTokens tokens;
  const std::string one = tokens.issue("key.7", kNow), other = tokens.issue("key.7", kNow);
  EXPECT_EQ(tokens.verify(one, kNow)->key_id, "key.7");
  EXPECT_EQ(tokens.verify(one, kNow)->number, 1);
  EXPECT_EQ(tokens.verify(other, kNow)->number, 2);
  EXPECT_EQ(tokens.newest(), 2);
}

TEST(SessionToken, NoneCanBeMadeOrChangedWithoutTheSecret) {
  SessionTokens tokens;
  const std::string token = tokens.issue("key-7", kNow);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == '5' ? '6' : '5';
    EXPECT_FALSE(tokens.verify(changed, kNow)) << changed;
  }
  EXPECT_FALSE(SessionTokens().verify(token, kNow)) << "another process has another secret";
  for (const char* other : {"", ".", "..", "key-7", "key-7.99999999999999", "key-7.99999999999999."}) {
    EXPECT_FALSE(tokens.verify(other, kNow)) << other;
  }
}

}  // namespace
}  // namespace rapport
