#include "projections/store/give_way.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <thread>

namespace rapport {
namespace {

// The kernel's sched_attr in its first form; its header and <sched.h> go together nowhere.
struct Found {
  std::uint32_t size = sizeof(Found), policy = 0;
  std::uint64_t flags = 0;
  std::int32_t niceness = 0;
  std::uint32_t priority = 0;
  std::uint64_t slice_ns = 0, deadline = 0, period = 0;
};

Found of_this_thread() {
  Found out;
  EXPECT_EQ(syscall(SYS_sched_getattr, 0, &out, sizeof out, 0), 0);
  return out;
}

// Of a thread that did `begin`, and of one that it has begun.
void expect_batches(void (*begin)(), int niceness_min) {
  std::thread([&] {
    const int niceness = std::max(niceness_min, getpriority(PRIO_PROCESS, 0));  // the tests may run at less
    begin();
    const auto check = [&] {
      const Found found = of_this_thread();
      EXPECT_EQ(found.policy, SCHED_BATCH);
      EXPECT_EQ(found.niceness, niceness);
      const std::uint64_t none = 0;  // as before Linux 6.12
      EXPECT_TRUE(found.slice_ns == 100'000'000 || found.slice_ns == none) << found.slice_ns;
    };
    check();
    std::thread(check).join();
  }).join();
}

TEST(GiveWay, IsOfTheThreadAndOfThoseThatItBegins) {
  expect_batches(give_way, 10);
  expect_batches(give_way_to_answers, 2);
  EXPECT_EQ(of_this_thread().policy, SCHED_OTHER);
}

TEST(GiveWay, TakesNothingBackFromOneThatHasLess) {
  std::thread([] {
    ASSERT_EQ(setpriority(PRIO_PROCESS, 0, 15), 0);
    give_way();
    EXPECT_EQ(of_this_thread().niceness, 15);
    EXPECT_EQ(of_this_thread().policy, SCHED_BATCH);
  }).join();
}

}  // namespace
}  // namespace rapport
