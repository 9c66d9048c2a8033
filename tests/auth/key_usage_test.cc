#include "engine/auth/key_usage.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

constexpr Timestamp kNoon{1'774'526'400'123};

TEST(KeyUsage, IsKeptOverARestart) {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "keys-used";
  {
    KeyUsage usage(file);
    EXPECT_EQ(usage.last_used("a"), std::nullopt);
    usage.used("a", kNoon);
    usage.used("b", Timestamp{kNoon.ms + 5'000});
    usage.used("a", Timestamp{kNoon.ms + 9'000});
    EXPECT_EQ(usage.last_used("a"), Timestamp{kNoon.ms - 123 + 9'000}) << "to the second";
  }
  const KeyUsage again(file);
  EXPECT_EQ(again.last_used("a"), Timestamp{kNoon.ms - 123 + 9'000});
  EXPECT_EQ(again.last_used("b"), Timestamp{kNoon.ms - 123 + 5'000});
}

TEST(KeyUsage, TheFileIsWrittenOnceAMinute) {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "keys-used";
  const auto seen = [&] { return KeyUsage(file).last_used("a"); };
  KeyUsage usage(file);
  usage.used("a", kNoon);
  const auto first = seen();
  ASSERT_TRUE(first);
  usage.used("a", Timestamp{kNoon.ms + KeyUsage::kSaveIntervalMs - 1});
  EXPECT_EQ(seen(), first);
  usage.used("a", Timestamp{kNoon.ms + KeyUsage::kSaveIntervalMs + 1'000});
  EXPECT_GT(seen(), first);
}

TEST(KeyUsage, AFileOfSomethingElseSaysNothing) {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "keys-used";
  std::ofstream(file) << "a yesterday\nb\n";
  const KeyUsage usage(file);
  EXPECT_EQ(usage.last_used("a"), std::nullopt);
  EXPECT_EQ(usage.last_used("b"), std::nullopt);
}

TEST(KeyUsage, WithoutAFileItIsMemoryAlone) {
  KeyUsage usage({});
  usage.used("a", kNoon);
  EXPECT_TRUE(usage.last_used("a"));
}

}  // namespace
}  // namespace rapport
