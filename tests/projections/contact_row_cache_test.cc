#include "projections/contact_row_cache.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

constexpr ContactId kOne{1}, kTwo{2};
constexpr std::size_t kRoomy = 1u << 20;

TEST(ContactRowCache, KeepsWhatWasReadInTheNewestView) {
  ContactRowCache cache(kRoomy);
  EXPECT_FALSE(cache.find(kOne, 1));
  cache.keep(kOne, "row", 1);
  EXPECT_EQ(cache.find(kOne, 1), "row");
  EXPECT_FALSE(cache.find(kTwo, 1));
}

TEST(ContactRowCache, OlderViewsNeitherFindNorKeep) {
  ContactRowCache cache(kRoomy);
  cache.keep(kOne, "row", 1);
  EXPECT_TRUE(cache.close(1));
  cache.keep(kTwo, "of the past", 1);
  EXPECT_FALSE(cache.find(kOne, 1)) << "the next step may have changed it";
  EXPECT_EQ(cache.find(kOne, 2), "row");
  EXPECT_FALSE(cache.find(kTwo, 2));
}

TEST(ContactRowCache, ForgetsWhatAStepChanges) {
  ContactRowCache cache(kRoomy);
  EXPECT_FALSE(cache.close(0)) << "nothing is kept";
  cache.keep(kOne, "one", 1);
  cache.keep(kTwo, "two", 1);
  EXPECT_TRUE(cache.close(1));
  cache.forget(kOne);
  EXPECT_FALSE(cache.find(kOne, 2));
  EXPECT_EQ(cache.find(kTwo, 2), "two");
  cache.clear();
  EXPECT_FALSE(cache.find(kTwo, 2));
}

TEST(ContactRowCache, TellsTheDigestWhereItGivesTheRow) {
  ContactRowCache cache(kRoomy);
  cache.keep(kOne, "row", 1);
  EXPECT_EQ(cache.digest(kOne, 1), hash_digest("row"));
  EXPECT_FALSE(cache.digest(kTwo, 1));
  EXPECT_TRUE(cache.close(1));
  EXPECT_FALSE(cache.digest(kOne, 1));
  EXPECT_EQ(cache.digest(kOne, 2), hash_digest("row"));
  cache.forget(kOne);
  cache.keep(kOne, "another", 2);
  EXPECT_EQ(cache.digest(kOne, 2), hash_digest("another"));
}

TEST(ContactRowCache, WhatWasNotAskedForTheLongestGoesFirst) {
  constexpr std::size_t kShards = 64, kRow = 1'000, kRowsOfAShard = 4;
  ContactRowCache cache(kShards * (kRow + 200) * kRowsOfAShard);
  const auto id = [](std::size_t n) { return ContactId{1 + n * kShards}; };  // all of one shard
  for (std::size_t n = 0; n < kRowsOfAShard; ++n) cache.keep(id(n), std::string(kRow, 'x'), 1);
  ASSERT_TRUE(cache.find(id(0), 1));
  cache.keep(id(kRowsOfAShard), std::string(kRow, 'x'), 1);
  EXPECT_TRUE(cache.find(id(0), 1));
  EXPECT_FALSE(cache.find(id(1), 1));
  EXPECT_TRUE(cache.find(id(kRowsOfAShard), 1));
}

}  // namespace
}  // namespace rapport
