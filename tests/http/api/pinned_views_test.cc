#include "engine/http/api/pinned_views.h"

#include <gtest/gtest.h>

#include <atomic>

#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

class PinnedViewsTest : public testing::Test {
 protected:
  std::shared_ptr<const View> new_view() {
    return std::make_shared<const View>(store_, Checkpoints(), std::make_shared<const ControlState>(), IndexCatalog());
  }
  void pass(std::chrono::seconds time) { now_.store(now_.load() + time); }

  TemporaryDirectory directory_{fastest_directory()};
  std::shared_ptr<Store> store_ = Store::open({.directory = directory_.path() / "store"}).value();
  std::atomic<PinnedViews::Clock::time_point> now_ = PinnedViews::Clock::time_point();
  PinnedViews pinned_{[this] { return now_.load(); }};
};

TEST_F(PinnedViewsTest, FindsAViewForFiveMinutes) {
  const auto view = new_view();
  const std::uint64_t number = pinned_.pin(view);
  pass(kPinAgeMax - std::chrono::seconds(1));
  EXPECT_EQ(pinned_.find(number).value(), view);
  pass(std::chrono::seconds(1));
  EXPECT_EQ(pinned_.find(number).error().code, Errc::cursor_expired);
  EXPECT_EQ(view.use_count(), 1) << "and lets go of it";
}

TEST_F(PinnedViewsTest, KeepsTheNewestSixtyFour) {
  const std::uint64_t first = pinned_.pin(new_view());
  const std::uint64_t second = pinned_.pin(new_view());
  while (pinned_.size() < kPinnedViewsMax) pinned_.pin(new_view());
  EXPECT_TRUE(pinned_.find(first));
  pinned_.pin(new_view());
  EXPECT_EQ(pinned_.size(), kPinnedViewsMax);
  EXPECT_EQ(pinned_.find(first).error().code, Errc::cursor_expired);
  EXPECT_TRUE(pinned_.find(second));
}

TEST_F(PinnedViewsTest, TheNewestIsPinnedOnce) {
  const auto view = new_view();
  const std::uint64_t number = pinned_.pin(view);
  pass(kPinAgeMax - std::chrono::seconds(1));
  EXPECT_EQ(pinned_.pin(view), number);
  pass(std::chrono::seconds(2));
  EXPECT_TRUE(pinned_.find(number)) << "its age begins where it is pinned again";
  EXPECT_EQ(pinned_.size(), 1u);
}

TEST_F(PinnedViewsTest, KnowsNoNumberOfAnother) {
  const std::uint64_t number = PinnedViews().pin(new_view());
  EXPECT_EQ(pinned_.find(number).error().code, Errc::cursor_expired);
}

}  // namespace
}  // namespace rapport
