#include "engine/auth/rate_limiter.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const RateLimiter::Clock::time_point kStart{std::chrono::hours(1)};

int taken(RateLimiter& limiter, std::string_view name, RateLimiter::Clock::time_point now, int tries) {
  int count = 0;
  for (int i = 0; i < tries; ++i) count += limiter.take(name, now) ? 1 : 0;
  return count;
}

TEST(RateLimiter, GivesTheBurstAtOnceAndThenTheRate) {
  RateLimiter limiter({.per_second = 10, .burst = 25});
  EXPECT_EQ(taken(limiter, "a", kStart, 100), 25);
  EXPECT_EQ(limiter.refused(), 75u);
  EXPECT_EQ(taken(limiter, "a", kStart + milliseconds(99), 1), 0);
  EXPECT_EQ(taken(limiter, "a", kStart + milliseconds(100), 2), 1);
  EXPECT_EQ(taken(limiter, "a", kStart + milliseconds(1'100), 100), 10);
  EXPECT_EQ(taken(limiter, "a", kStart + seconds(3'600), 100), 25);
}

TEST(RateLimiter, LimitsEachNameForItself) {
  RateLimiter limiter({.per_second = 1, .burst = 3});
  EXPECT_EQ(taken(limiter, "a", kStart, 10), 3);
  EXPECT_EQ(taken(limiter, "b", kStart, 10), 3);
}

TEST(RateLimiter, WithoutALimitGivesAlwaysAndKeepsNothing) {
  RateLimiter limiter({});
  EXPECT_EQ(taken(limiter, "a", kStart, 1'000), 1'000);
  EXPECT_EQ(limiter.buckets(), 0u);
}

TEST(RateLimiter, ATimeThatGoesBackGivesNothing) {
  RateLimiter limiter({.per_second = 10, .burst = 10});
  EXPECT_EQ(taken(limiter, "a", kStart, 10), 10);
  EXPECT_FALSE(limiter.take("a", kStart - seconds(60)));
  EXPECT_FALSE(limiter.take("a", kStart));
  EXPECT_TRUE(limiter.take("a", kStart + milliseconds(100)));
}

TEST(RateLimiter, KeepsNoMoreBucketsThanItsLimit) {
  RateLimiter limiter({.per_second = 1, .burst = 2});
  for (std::size_t i = 0; i < RateLimiter::kBucketsMax; ++i) EXPECT_TRUE(limiter.take("n" + std::to_string(i), kStart));
  // Those without a place share one bucket.
  EXPECT_TRUE(limiter.take("x", kStart));
  EXPECT_TRUE(limiter.take("y", kStart));
  EXPECT_FALSE(limiter.take("z", kStart));
  EXPECT_TRUE(limiter.take("n0", kStart)) << "who has a place keeps it";
  EXPECT_EQ(limiter.buckets(), RateLimiter::kBucketsMax);
  // Full ones are forgotten when a place is needed.
  EXPECT_TRUE(limiter.take("w", kStart + seconds(10)));
  EXPECT_EQ(limiter.buckets(), 1u);
}

TEST(RateLimiter, ReadsItsLimit) {
  EXPECT_EQ(*parse_rate_limit("50:200"), (RateLimit{50, 200}));
  EXPECT_EQ(*parse_rate_limit("50"), (RateLimit{50, 50}));
  EXPECT_EQ(*parse_rate_limit("0"), (RateLimit{}));
  for (const char* wrong : {"", ":", "1:", ":1", "0:5", "5:0", "-1", "1.5", "x", "1:2:3", "1000001", "1:10000001"}) {
    EXPECT_FALSE(parse_rate_limit(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace rapport
