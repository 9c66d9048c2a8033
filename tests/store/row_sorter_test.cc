#include "projections/store/row_sorter.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <random>

#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

using Rows = std::vector<std::pair<std::string, std::string>>;

Rows random_rows(std::size_t count) {
  std::mt19937 random(7);
  Rows rows;
  for (std::size_t i = 0; i < count; ++i) {
    std::string key(random() % 12, '\0');
    for (char& c : key) c = static_cast<char>(random() % 3 == 0 ? 0 : random() % 4 + 0xfc);
    rows.emplace_back(key, std::to_string(i));
  }
  return rows;
}

Rows sorted_by(RowSorter& sorter, const Rows& rows) {
  for (const auto& [key, value] : rows) EXPECT_TRUE(sorter.add(key, value));
  EXPECT_TRUE(sorter.finish());
  Rows out;
  while (sorter.valid()) {
    out.emplace_back(sorter.key(), sorter.value());
    EXPECT_TRUE(sorter.next());
  }
  return out;
}

class RowSorterTest : public testing::Test {
 protected:
  TemporaryDirectory directory_;
  const std::filesystem::path runs_ = directory_.path() / "runs";
};

TEST_F(RowSorterTest, SortsByKeyAndKeepsTheOrderOfEqualKeysInMemoryAndOverManyRuns) {
  const Rows rows = random_rows(5'000);
  Rows expected = rows;
  std::stable_sort(expected.begin(), expected.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  // The least buffer makes so many runs that they are merged in two goes.
  for (const std::size_t buffer : {std::size_t{500}, std::size_t{5'000}, std::size_t{1} << 20}) {
    RowSorter sorter(runs_, buffer);
    EXPECT_EQ(sorted_by(sorter, rows), expected) << buffer;
  }
}

TEST_F(RowSorterTest, NothingSortsToNothing) {
  RowSorter sorter(runs_, 100);
  EXPECT_EQ(sorted_by(sorter, {}), Rows());
}

TEST_F(RowSorterTest, LeavesNoFileBehind) {
  {
    RowSorter sorter(runs_, 100);
    EXPECT_EQ(sorted_by(sorter, random_rows(100)).size(), 100u);
    EXPECT_FALSE(std::filesystem::is_empty(runs_));
  }
  EXPECT_TRUE(std::filesystem::is_empty(runs_));
}

TEST_F(RowSorterTest, SaysThatARunCannotBeWritten) {
  std::ofstream(runs_) << "a file where the directory should be";
  RowSorter sorter(runs_, 100);
  Result<void> added;
  for (int i = 0; i < 1'000 && added; ++i) added = sorter.add("key", "value");
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, Errc::storage_failed);
  EXPECT_NE(added.error().field.find("run-0"), std::string::npos);
}

TEST_F(RowSorterTest, SaysThatARunIsCutShort) {
  RowSorter sorter(runs_, 1'000);
  for (const auto& [key, value] : random_rows(200)) ASSERT_TRUE(sorter.add(key, value));
  const auto run = runs_ / "run-0";
  std::filesystem::resize_file(run, std::filesystem::file_size(run) - 1);
  Result<void> moved = sorter.finish();
  while (moved && sorter.valid()) moved = sorter.next();
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().code, Errc::storage_failed);
}

}  // namespace
}  // namespace rapport
