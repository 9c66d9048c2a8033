#include "projections/row_buffer.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "projections/key_layout.h"

namespace rapport {
namespace {

using Rows = std::map<std::string, std::optional<std::string>>;

Rows rows_of(RowBuffer& buffer) {
  Rows rows;
  std::string last;
  EXPECT_TRUE(buffer.for_each_sorted([&](std::string_view key, std::optional<std::string_view> value) -> Result<void> {
    EXPECT_LT(last, key);
    last = key;
    rows.emplace(key, value);
    return {};
  }));
  return rows;
}

// Puts and erases rows of a few keys and of all sizes, some larger than any block of the buffer.
void put_by_chance(std::mt19937& random, std::size_t count, RowBuffer& buffer, Rows& rows) {
  for (std::size_t i = 0; i < count; ++i) {
    std::string key(1, static_cast<char>(random() % 3));
    key += std::to_string(random() % 500);
    if (random() % 5 == 0) {
      buffer.erase(key);
      rows[key] = std::nullopt;
    } else {
      const std::size_t size = random() % 100 == 0 ? random() % 1'000'000 : random() % 2'000;
      rows[key] = std::string(size, static_cast<char>(random()));
      buffer.put(key, *rows[key]);
    }
  }
}

TEST(RowBuffer, TheLastOfAKeyStandsWhateverItsSize) {
  std::mt19937 random(31);
  RowBuffer buffer;
  Rows expected;
  put_by_chance(random, 3'000, buffer, expected);
  EXPECT_EQ(rows_of(buffer), expected);
}

TEST(RowBuffer, WhatAnotherGatheredStandsBehind) {
  std::mt19937 random(32);
  Rows expected;
  RowBuffer whole;
  std::size_t bytes = 0;
  for (int part = 0; part < 5; ++part) {
    RowBuffer behind;
    put_by_chance(random, 400, behind, expected);
    bytes += behind.size_bytes();
    whole.add(std::move(behind));
    put_by_chance(random, 100, whole, expected);
  }
  EXPECT_GT(whole.size_bytes(), bytes);
  EXPECT_EQ(rows_of(whole), expected);
}

TEST(RowBuffer, OneThatWasAddedTakesRowsAgain) {
  RowBuffer whole, part;
  part.put("a1", "first");
  part.erase_range("r1", "r2");
  whole.add(std::move(part));
  EXPECT_EQ(part.size_bytes(), 0u);
  EXPECT_FALSE(part.erases_ranges());
  EXPECT_TRUE(whole.erases_ranges());
  part.put("a2", "second");
  EXPECT_EQ(rows_of(part), (Rows{{"a2", "second"}}));
}

TEST(RowBuffer, DrainsRowsOfAnIndexAsTheyWerePutAndOthersInOrder) {
  const std::string index(1, static_cast<char>(RowKind::index)), state(1, static_cast<char>(RowKind::state));
  RowBuffer buffer;
  for (const std::string& key : {state + "c", state + "d"}) buffer.erase(key);
  for (const std::string& key : {index + "b", state + "b", index + "a", state + "a", state + "c"}) buffer.put(key, "v");
  buffer.erase(index + "c");
  std::vector<std::string> of_index, of_state;
  EXPECT_TRUE(buffer.drain([&](std::string_view key, std::optional<std::string_view> value) -> Result<void> {
    (key.starts_with(index) ? of_index : of_state).push_back(std::string(key) + (value ? "" : " gone"));
    return {};
  }));
  EXPECT_EQ(of_index, (std::vector{index + "b", index + "a", index + "c gone"}));
  EXPECT_EQ(of_state, (std::vector{state + "a", state + "b", state + "c", state + "d gone"}));
  EXPECT_EQ(buffer.size_bytes(), 0u);
}

}  // namespace
}  // namespace rapport
