#include "engine/http/async_callback.h"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace rapport {
namespace {

using Clock = std::chrono::steady_clock;
using Done = CallbackDone<int>;
constexpr auto kLong = std::chrono::seconds(60);

// Runs the wait on an io_context until it ends: the number, or the error's name.
std::string outcome_of(std::function<void(Done)> initiate, Clock::duration limit = kLong,
                       std::function<void(asio::cancellation_signal&)> meanwhile = {}) {
  asio::io_context context;
  asio::cancellation_signal signal;
  Result<int> outcome = Error{Errc::internal, "not resumed"};
  asio::co_spawn(
      context,
      [&]() -> asio::awaitable<void> {
        co_await asio::this_coro::throw_if_cancelled(false);
        const auto resumed_by = std::this_thread::get_id();
        outcome = co_await async_from_callback_until<int>(Clock::now() + limit, initiate);
        EXPECT_EQ(resumed_by, std::this_thread::get_id());
      },
      asio::bind_cancellation_slot(signal.slot(), [](const std::exception_ptr& thrown) { EXPECT_FALSE(thrown); }));
  if (meanwhile) asio::post(context, [&] { meanwhile(signal); });
  context.run();
  return outcome ? std::to_string(*outcome) : std::string(errc_name(outcome.error().code));
}

TEST(AsyncCallback, TakesAnAnswerGivenAtOnce) {
  EXPECT_EQ(outcome_of([](Done done) { done(7); }), "7");
}

TEST(AsyncCallback, TakesAnAnswerOfAnotherThread) {
  for (int i = 0; i < 200; ++i) {
    std::thread other;
    EXPECT_EQ(outcome_of([&](Done done) { other = std::thread([done, i] { done(i); }); }), std::to_string(i));
    other.join();
  }
}

TEST(AsyncCallback, TakesTheFirstAnswerOnly) {
  EXPECT_EQ(outcome_of([](Done done) {
              done(Error{Errc::log_unavailable, "first"});
              done(2);
            }),
            "log_unavailable");
}

TEST(AsyncCallback, EndsAtTheDeadlineAndForgivesALateAnswer) {
  std::vector<Done> kept;
  const auto outcome = outcome_of([&](const Done& done) { kept.push_back(done); }, std::chrono::milliseconds(1));
  EXPECT_EQ(outcome, "wait_timeout");
  kept.front()(7);  // the io_context is gone
  kept.clear();
}

TEST(AsyncCallback, EndsWhenTheRequestIsCutOff) {
  std::vector<Done> kept;
  const auto outcome = outcome_of([&](const Done& done) { kept.push_back(done); }, kLong,
                                  [](auto& signal) { signal.emit(asio::cancellation_type::terminal); });
  EXPECT_EQ(outcome, "shutting_down");
}

TEST(AsyncCallback, EndsWhenTheCallbackIsDropped) {
  EXPECT_EQ(outcome_of([](const Done&) {}), "internal");
}

TEST(AsyncCallback, SurvivesAnswersThatRaceWithTheDeadline) {
  for (int i = 0; i < 200; ++i) {
    std::thread other;
    const auto outcome =
        outcome_of([&](Done done) { other = std::thread([done] { done(1); }); }, std::chrono::microseconds(i));
    EXPECT_TRUE(outcome == "1" || outcome == "wait_timeout") << outcome;
    other.join();
  }
}

TEST(AsyncCallback, LetsGoWhenItsCoroutineIsDestroyed) {
  std::vector<Done> kept;
  {
    asio::io_context context;
    asio::co_spawn(
        context,
        [&]() -> asio::awaitable<void> {
          auto ignored = co_await async_from_callback<int>([&](const Done& done) { kept.push_back(done); });
          static_cast<void>(ignored);
        },
        [](const std::exception_ptr&) {});
    context.run_one();
  }
  ASSERT_EQ(kept.size(), 1u);
  kept.front()(7);
}

}  // namespace
}  // namespace rapport
