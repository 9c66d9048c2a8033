#include "engine/auth/shown_keys.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

TEST(ShownKeys, GivesWhatWasKeptForTheWholeText) {
  ShownKeys shown;
  EXPECT_FALSE(shown.find("rk_a_secret"));
  shown.keep("rk_a_secret", {"a", "hash"});
  const auto found = shown.find("rk_a_secret");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, "a");
  EXPECT_EQ(found->secret_hash, "hash");
  // Another key's id before it, or another secret behind its id: as long to turn away as any other.
  EXPECT_FALSE(shown.find("rk_b_secret"));
  EXPECT_FALSE(shown.find("rk_a_secreT"));
  EXPECT_FALSE(shown.find("rk_a_secre"));
}

TEST(ShownKeys, ForgetsWhatAnotherTookThePlaceOf) {
  ShownKeys shown;
  int found = 0;
  for (int i = 0; i < 10'000; ++i) shown.keep("rk_" + std::to_string(i), {std::to_string(i), "hash"});
  for (int i = 0; i < 10'000; ++i) {
    const auto kept = shown.find("rk_" + std::to_string(i));
    if (!kept) continue;
    ++found;
    EXPECT_EQ(kept->id, std::to_string(i));
  }
  EXPECT_GT(found, 200);
  EXPECT_LE(found, 256);
}

}  // namespace
}  // namespace rapport
