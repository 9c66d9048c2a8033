#include "events/rest.h"

#include <gtest/gtest.h>

#include <thread>

namespace rapport {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::hours kLong{1};

TEST(Rest, ends_by_itself) {
  const std::stop_source source;
  const auto begin = Clock::now();
  EXPECT_TRUE(rest(source.get_token(), std::chrono::milliseconds(5)));
  EXPECT_GE(Clock::now() - begin, std::chrono::milliseconds(5));
  EXPECT_TRUE(rest(source.get_token(), std::chrono::nanoseconds(0)));
  EXPECT_TRUE(rest(source.get_token(), std::chrono::nanoseconds(-1)));
}

TEST(Rest, is_not_begun_behind_a_stop) {
  std::stop_source source;
  source.request_stop();
  EXPECT_FALSE(rest(source.get_token(), kLong));
  EXPECT_FALSE(rest(source.get_token(), std::chrono::nanoseconds(0)));
}

TEST(Rest, of_a_thread_ends_where_the_thread_is_to_end) {
  for (int n = 0; n < 200; ++n) {
    bool rested = true;
    {
      std::jthread thread([&](const std::stop_token& stop) { rested = rest(stop, kLong); });
      if (n % 2 == 0) std::this_thread::sleep_for(std::chrono::microseconds(n));
    }
    EXPECT_FALSE(rested);
  }
}

}  // namespace
}  // namespace rapport
