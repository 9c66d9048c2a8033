#include "engine/auth/ended_sessions.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

constexpr Timestamp kBegan{1'774'526'400'000};
constexpr std::int64_t kLifetimeMs = std::chrono::milliseconds(kSessionLifetime).count();

SessionFacts session(std::string key_id, std::uint64_t number) {
  return {std::move(key_id), number, Timestamp{kBegan.ms + kLifetimeMs}};
}

TEST(EndedSessions, AreThoseOfTheirKeyAlone) {
  EndedSessions ended;
  ended.end(session("a", 7), 9, kBegan);
  EXPECT_TRUE(ended.contains("a", 7));
  EXPECT_FALSE(ended.contains("a", 6));
  EXPECT_FALSE(ended.contains("a", 8));
  EXPECT_FALSE(ended.contains("b", 7));
}

TEST(EndedSessions, AreForgottenOnceTheyWouldBeOver) {
  EndedSessions ended;
  ended.end(session("a", 1), 1, kBegan);
  const Timestamp later{kBegan.ms + kLifetimeMs};
  ended.end({"b", 2, Timestamp{later.ms + kLifetimeMs}}, 2, later);
  EXPECT_EQ(ended.size(), 1);
  EXPECT_TRUE(ended.contains("b", 2));
}

TEST(EndedSessions, EndTogetherWhereAKeyEndsMoreThanAreRemembered) {
  EndedSessions ended;
  ended.end(session("b", 1), 1, kBegan);
  for (std::uint64_t number = 2; number < 2 + kEndedSessionsMax; ++number)
    ended.end(session("a", number), 5'000, kBegan);
  EXPECT_EQ(ended.size(), kEndedSessionsMax + 1);
  EXPECT_FALSE(ended.contains("a", 5'000));
  ended.end(session("a", 4'000), 5'000, kBegan);
  EXPECT_EQ(ended.size(), 1);
  for (const std::uint64_t number : {2, 1'001, 4'000, 5'000}) EXPECT_TRUE(ended.contains("a", number)) << number;
  EXPECT_FALSE(ended.contains("a", 5'001)) << "it began later";
  EXPECT_FALSE(ended.contains("b", 2)) << "another key's";
  ended.end({"b", 6'000, Timestamp{kBegan.ms + 2 * kLifetimeMs}}, 6'000, Timestamp{kBegan.ms + kLifetimeMs});
  EXPECT_FALSE(ended.contains("a", 5'000)) << "it is over by itself, and kept no longer";
}

}  // namespace
}  // namespace rapport
