#include "engine/fold/fold_waiters.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

constexpr Partition kFirst{0}, kSecond{1};
using Clock = FoldWaiters::Clock;

struct Told {
  FoldWaiters::Done done() {
    return [this](Result<void> result) {
      ++times;
      error = result ? std::nullopt : std::optional(result.error().code);
    };
  }
  int times = 0;
  std::optional<Errc> error;
};

TEST(FoldWaiters, TellOnceEveryPositionIsReached) {
  FoldWaiters waiters(LogId{1}, 10);
  Told told;
  waiters.add({{kFirst, Offset{5}}, {kSecond, Offset{2}}}, Clock::time_point::max(), told.done());
  waiters.reach({{kFirst, Offset{7}}, {kSecond, Offset{1}}});
  EXPECT_EQ(told.times, 0);
  waiters.reach({{kSecond, Offset{2}}});
  EXPECT_EQ(told.times, 1);
  EXPECT_FALSE(told.error);
  waiters.reach({{kSecond, Offset{3}}});
  EXPECT_EQ(told.times, 1);
}

TEST(FoldWaiters, AnswerAtOnceWhatIsReachedAlready) {
  FoldWaiters waiters(LogId{1}, 10);
  waiters.reach({{kFirst, Offset{5}}});
  Told told, nothing, before_the_first;
  waiters.add({{kFirst, Offset{5}}}, Clock::time_point::max(), told.done());
  waiters.add({}, Clock::time_point::max(), nothing.done());
  waiters.add({{kSecond, Offset{-1}}}, Clock::time_point::max(), before_the_first.done());
  EXPECT_EQ(told.times + nothing.times + before_the_first.times, 3);
}

TEST(FoldWaiters, ExpireInTheOrderOfTheirDeadlines) {
  FoldWaiters waiters(LogId{1}, 10);
  Told early, late;
  const auto now = Clock::now();
  waiters.add({{kFirst, Offset{5}}}, now + std::chrono::seconds(2), late.done());
  EXPECT_EQ(waiters.add({{kFirst, Offset{5}}}, now + std::chrono::seconds(1), early.done()),
            now + std::chrono::seconds(1));
  EXPECT_EQ(waiters.expire(now + std::chrono::seconds(1)), now + std::chrono::seconds(2));
  EXPECT_EQ(early.error, Errc::wait_timeout);
  EXPECT_EQ(late.times, 0);
  EXPECT_EQ(waiters.expire(now + std::chrono::seconds(2)), Clock::time_point::max());
  EXPECT_EQ(late.error, Errc::wait_timeout);
}

TEST(FoldWaiters, WhatIsFoldedElsewhereIsWaitedForNoLonger) {
  FoldWaiters waiters(LogId{1}, 10);
  Told gone, kept, later, control, back;
  waiters.add({{kFirst, Offset{5}}, {kSecond, Offset{5}}}, Clock::time_point::max(), gone.done());
  waiters.add({{kSecond, Offset{5}}}, Clock::time_point::max(), kept.done());
  waiters.fold_only({kSecond});
  EXPECT_EQ(gone.error, Errc::unreachable);
  EXPECT_EQ(kept.times, 0);
  waiters.add({{kFirst, Offset{0}}}, Clock::time_point::max(), later.done());
  EXPECT_EQ(later.error, Errc::unreachable);
  waiters.add({{kControlPartition, Offset{0}}}, Clock::time_point::max(), control.done());
  EXPECT_EQ(control.times, 0) << "everybody folds the control stream";
  waiters.fold_only({kFirst, kSecond});
  waiters.add({{kFirst, Offset{0}}}, Clock::time_point::max(), back.done());
  EXPECT_EQ(back.times, 0);
}

TEST(FoldWaiters, AFaultIsToldToThoseItConcerns) {
  FoldWaiters waiters(LogId{1}, 10);
  Told of_first, of_second, later;
  waiters.add({{kFirst, Offset{5}}}, Clock::time_point::max(), of_first.done());
  waiters.add({{kSecond, Offset{5}}}, Clock::time_point::max(), of_second.done());
  waiters.fault({kSecond, {Errc::position_gone, "gone"}});
  EXPECT_EQ(of_first.times, 0);
  EXPECT_EQ(of_second.error, Errc::position_gone);
  waiters.add({{kSecond, Offset{6}}}, Clock::time_point::max(), later.done());
  EXPECT_EQ(later.error, Errc::position_gone);
}

TEST(FoldWaiters, RefuseMoreThanTheirLimit) {
  FoldWaiters waiters(LogId{1}, 1);
  Told first, second;
  waiters.add({{kFirst, Offset{5}}}, Clock::time_point::max(), first.done());
  waiters.add({{kFirst, Offset{5}}}, Clock::time_point::max(), second.done());
  EXPECT_EQ(first.times, 0);
  EXPECT_EQ(second.error, Errc::overloaded);
}

TEST(FoldWaiters, CloseTellsThoseWhoWaitAndThoseWhoCome) {
  FoldWaiters waiters(LogId{1}, 10);
  Told before, after;
  waiters.add({{kFirst, Offset{5}}}, Clock::time_point::max(), before.done());
  waiters.close({Errc::storage_failed, "the disk is full"});
  waiters.add({{kFirst, Offset{5}}}, Clock::time_point::max(), after.done());
  EXPECT_EQ(before.error, Errc::storage_failed);
  EXPECT_EQ(after.error, Errc::storage_failed);
}

TEST(FoldWaiters, OpenedAgainTheyWait) {
  FoldWaiters waiters(LogId{1}, 10);
  Told late;
  waiters.close({Errc::corrupt, "a block"});
  waiters.open();
  waiters.add({{kFirst, Offset{5}}}, Clock::time_point::max(), late.done());
  EXPECT_EQ(late.times, 0);
  waiters.reach({{kFirst, Offset{5}}});
  EXPECT_EQ(late.times, 1);
  EXPECT_FALSE(late.error);
}

}  // namespace
}  // namespace rapport
