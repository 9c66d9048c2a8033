#include "engine/http/api/long_reads.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <future>
#include <thread>

namespace rapport {
namespace {

using Thread = std::thread::id;
constexpr std::uint64_t kShort = LongReads::kReadAtOnceMax, kLong = kShort + 1;

// Who does the read, of a history of so many events.
Result<Thread> reader_of(LongReads& reads, std::uint64_t events) {
  asio::io_context context;
  Result<Thread> out = Error{Errc::internal, "not resumed"};
  asio::co_spawn(
      context,
      [&]() -> asio::awaitable<void> {
        std::function<Result<Thread>()> read = [] { return std::this_thread::get_id(); };
        out = co_await reads.run(events, std::move(read));
      },
      asio::detached);
  context.run();
  return out;
}

TEST(LongReads, AreDoneApartAndShortOnesAtOnce) {
  LongReads reads;
  EXPECT_EQ(*reader_of(reads, kShort), std::this_thread::get_id());
  EXPECT_NE(*reader_of(reads, kLong), std::this_thread::get_id());
}

TEST(LongReads, AreRefusedWhereTooManyWait) {
  LongReads reads;
  asio::io_context context;
  std::promise<void> go_on;
  const auto gone_on = go_on.get_future().share();
  std::size_t done = 0;
  for (std::size_t i = 0; i < LongReads::kWaitingMax; ++i) {
    asio::co_spawn(
        context,
        [&]() -> asio::awaitable<void> {
          std::function<Result<int>()> read = [gone_on] {
            gone_on.wait();
            return 1;
          };
          const auto number = co_await reads.run(kLong, std::move(read));
          done += number ? 1 : 0;
        },
        asio::detached);
  }
  context.poll();
  EXPECT_EQ(reader_of(reads, kLong).error().code, Errc::overloaded);
  EXPECT_TRUE(reader_of(reads, kShort)) << "a short one waits for nobody";
  go_on.set_value();
  context.run();
  EXPECT_EQ(done, LongReads::kWaitingMax);
}

}  // namespace
}  // namespace rapport
