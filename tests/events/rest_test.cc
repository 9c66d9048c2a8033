#include "events/rest.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace rapport {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::hours kLong{1};

TEST(Rest, EndsByItself) {
  const std::stop_source source;
  const auto begin = Clock::now();
  EXPECT_TRUE(rest(source.get_token(), std::chrono::milliseconds(5)));
  EXPECT_GE(Clock::now() - begin, std::chrono::milliseconds(5));
  EXPECT_TRUE(rest(source.get_token(), std::chrono::nanoseconds(0)));
  EXPECT_TRUE(rest(source.get_token(), std::chrono::nanoseconds(-1)));
}

TEST(Rest, IsNotBegunBehindAStop) {
  std::stop_source source;
  source.request_stop();
  EXPECT_FALSE(rest(source.get_token(), kLong));
  EXPECT_FALSE(rest(source.get_token(), std::chrono::nanoseconds(0)));
}

TEST(Rest, EndsWithItsThread) {
  for (int n = 0; n < 200; ++n) {
    bool rested = true;
    {
      std::atomic<bool> begun = false;
      std::jthread thread([&](const std::stop_token& stop) {
        begun = true;
        begun.notify_one();
        rested = rest(stop, kLong);
      });
      if (n % 2 == 0) begun.wait(false);
    }
    EXPECT_FALSE(rested);
  }
}

}  // namespace
}  // namespace rapport
