#include "engine/generations/disk_room.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

constexpr std::uint64_t kMiB = 1u << 20;

// A disk that the test fills and empties.
struct Disk {
  std::atomic<std::uint64_t> free{0};
  std::atomic<bool> silent{false};
  std::atomic<int> looks{0};
  std::mutex mutex;
  std::vector<std::string> said;

  DiskRoomOptions options(std::uint64_t keep_free) {
    return {.keep_free_bytes = keep_free,
            .free_bytes = [this]() -> std::optional<std::uint64_t> {
              ++looks;
              return silent ? std::nullopt : std::optional(free.load());
            },
            .interval = std::chrono::milliseconds(1),
            .notice =
                [this](const std::string& line) {
                  const std::lock_guard lock(mutex);
                  said.push_back(line);
                }};
  }
};

// Whether it comes to be so before the deadline.
template <class Condition>
bool soon(const Condition& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

TEST(DiskRoom, RefusesBelowTheMarkAndGoesOnByItself) {
  Disk disk;
  disk.free = 100 * kMiB;
  const DiskRoom room(disk.options(100 * kMiB));
  EXPECT_TRUE(room.check());
  disk.free = 100 * kMiB - 1;
  ASSERT_TRUE(soon([&] { return !room.check(); }));
  EXPECT_EQ(room.check().error().code, Errc::storage_failed);
  EXPECT_EQ(room.check().error().detail.substr(0, 41), "the disk has 99 MiB left, and 100 MiB are");
  disk.free = 100 * kMiB;
  ASSERT_TRUE(soon([&] { return room.check().has_value(); }));
  ASSERT_TRUE(soon([&] {
    const std::lock_guard lock(disk.mutex);
    return disk.said.size() == 2;
  })) << "said once each";
}

TEST(DiskRoom, IsKnownFromTheStart) {
  Disk disk;
  EXPECT_FALSE(DiskRoom(disk.options(1)).check());
}

TEST(DiskRoom, ADiskThatDoesNotSayRefusesNothing) {
  Disk disk;
  const DiskRoom room(disk.options(1));
  EXPECT_FALSE(room.check());
  disk.silent = true;
  EXPECT_TRUE(soon([&] { return room.check().has_value(); }));
}

TEST(DiskRoom, WithoutAMarkNobodyLooks) {
  Disk disk;
  EXPECT_TRUE(DiskRoom(disk.options(0)).check());
  EXPECT_EQ(disk.looks, 0);
}

TEST(DiskRoom, SaysWhetherSoMuchMoreLeavesTheMark) {
  Disk disk;
  disk.free = 150 * kMiB;
  const DiskRoom room(disk.options(100 * kMiB));
  EXPECT_TRUE(room.check_for(50 * kMiB));
  const auto refused = room.check_for(50 * kMiB + 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::storage_failed);
  EXPECT_EQ(refused.error().detail, "the disk has 150 MiB left, which is to be 150 MiB for that");
  disk.silent = true;
  EXPECT_TRUE(room.check_for(1'000 * kMiB));
}

TEST(DiskRoom, TheLeastOfTheFileSystemsCounts) {
  const TemporaryDirectory here;
  const auto free = free_bytes_of({here.path(), here.path() / "not there"})();
  ASSERT_TRUE(free);
  EXPECT_GT(*free, 0u);
  EXPECT_FALSE(free_bytes_of({here.path() / "not there"})());
  EXPECT_EQ(free_bytes_of({here.path(), "/proc"})(), 0u) << "a file system without room";
}

}  // namespace
}  // namespace rapport
