#include "projections/store/key_sort.h"

#include <gmock/gmock.h>

#include <random>
#include <string>
#include <vector>

#include "tests/model/history.h"

namespace rapport {
namespace {

struct Row {
  std::size_t begin;
  std::uint64_t leading;
  std::string key;
};

// What sorting by whole keys gives, and what KeySort gives: keys, and in what order each was added.
std::vector<std::pair<std::string, std::size_t>> by_whole_keys(std::vector<Row> rows) {
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.key < b.key; });
  std::vector<std::pair<std::string, std::size_t>> out;
  for (const Row& row : rows) out.emplace_back(row.key, row.begin);
  return out;
}
std::vector<std::pair<std::string, std::size_t>> by_key_sort(std::vector<Row> rows, bool led = false) {
  const auto key_of = [](const Row& row) { return std::string_view(row.key); };
  const KeySort<Row, decltype(key_of)> sort(key_of);
  if (led) {
    for (Row& row : rows) row.leading = leading_number(row.key);
    sort.sort_led(rows);
  } else {
    sort.sort(rows);
  }
  std::vector<std::pair<std::string, std::size_t>> out;
  for (const Row& row : rows) out.emplace_back(row.key, row.begin);
  return out;
}

std::vector<Row> rows_of(const std::vector<std::string>& keys) {
  std::vector<Row> rows;
  for (const std::string& key : keys) rows.push_back({rows.size(), 0, key});
  return rows;
}

TEST(KeySort, OrdersAsWholeKeysDo) {
  const auto seed = model::seed_of_this_run();
  SCOPED_TRACE("RAPPORT_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto below = [&](std::size_t end) { return random() % end; };
  for (int round = 0; round < 300; ++round) {
    // Few letters, zeros among them: long beginnings in common, repeats, and keys that begin others.
    const std::size_t count = below(400), size_max = 1 + below(40), letters = 1 + below(3);
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < count; ++i) {
      std::string key = keys.empty() || below(3) == 0 ? std::string() : keys[below(keys.size())].substr(0, below(40));
      while (key.size() < below(size_max)) key += std::string("\0a\xff", 3)[below(letters)];
      keys.push_back(std::move(key));
    }
    ASSERT_EQ(by_key_sort(rows_of(keys)), by_whole_keys(rows_of(keys)));
    ASSERT_EQ(by_key_sort(rows_of(keys), true), by_whole_keys(rows_of(keys)));
  }
}

TEST(KeySort, KeepsEqualKeysInTheOrderOfTheirAdding) {
  const std::vector<std::string> keys(100, "the same");
  EXPECT_EQ(by_key_sort(rows_of(keys)), by_whole_keys(rows_of(keys)));
  EXPECT_EQ(by_key_sort(rows_of(keys), true), by_whole_keys(rows_of(keys)));
}

TEST(KeySort, OrdersKeysThatDifferByZerosAtTheirEnd) {
  std::vector<std::string> keys;
  for (std::size_t zeros = 40; zeros > 0; --zeros) keys.push_back("k" + std::string(zeros, '\0'));
  EXPECT_EQ(by_key_sort(rows_of(keys)), by_whole_keys(rows_of(keys)));
  EXPECT_EQ(by_key_sort(rows_of(keys), true), by_whole_keys(rows_of(keys)));
}

}  // namespace
}  // namespace rapport
