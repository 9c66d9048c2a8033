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
Result<Thread> reader_of(LongReads& reads, std::uint64_t events, const std::string& key = "k") {
  asio::io_context context;
  Result<Thread> out = Error{Errc::internal, "not resumed"};
  asio::co_spawn(
      context,
      [&]() -> asio::awaitable<void> {
        std::function<Result<Thread>()> read = [] { return std::this_thread::get_id(); };
        out = co_await reads.run(key, events, std::move(read));
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

// Reads that wait until they are let go.
class WaitingReads {
 public:
  WaitingReads(LongReads& reads, const std::vector<std::string>& keys) {
    for (const std::string& key : keys) {
      asio::co_spawn(
          context_,
          [this, &reads, key]() -> asio::awaitable<void> {
            std::function<Result<int>()> read = [gone_on = gone_on_] {
              gone_on.wait();
              return 1;
            };
            const auto number = co_await reads.run(key, kLong, std::move(read));
            done_ += number ? 1 : 0;
          },
          asio::detached);
    }
    context_.poll();
  }
  // How many were read.
  std::size_t let_go() {
    go_on_.set_value();
    context_.run();
    return done_;
  }

 private:
  asio::io_context context_;
  std::promise<void> go_on_;
  std::shared_future<void> gone_on_ = go_on_.get_future().share();
  std::size_t done_ = 0;
};

TEST(LongReads, AreRefusedWhereTooManyWait) {
  LongReads reads;
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < LongReads::kWaitingMax; ++i) keys.push_back(std::to_string(i));
  WaitingReads waiting(reads, keys);
  EXPECT_EQ(reader_of(reads, kLong).error().code, Errc::overloaded);
  EXPECT_TRUE(reader_of(reads, kShort)) << "a short one waits for nobody";
  EXPECT_EQ(waiting.let_go(), LongReads::kWaitingMax);
}

TEST(LongReads, OfOneKeyLeaveOthersRoom) {
  LongReads reads;
  WaitingReads waiting(reads, std::vector<std::string>(LongReads::kWaitingOfKeyMax, "greedy"));
  const auto refused = reader_of(reads, kLong, "greedy");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::overloaded);
  EXPECT_EQ(refused.error().detail, "16 long reads of this key are waited for already");
  WaitingReads of_another(reads, {"another"});
  EXPECT_EQ(waiting.let_go(), LongReads::kWaitingOfKeyMax);
  EXPECT_EQ(of_another.let_go(), 1u);
  EXPECT_TRUE(reader_of(reads, kLong, "greedy")) << "its places are free again";
}

}  // namespace
}  // namespace rapport
