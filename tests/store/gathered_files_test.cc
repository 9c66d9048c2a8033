// Files that a store has taken, and that a compaction puts in order with the others.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "projections/store/store.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

class GatheredFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    auto store = Store::open({.directory = directory_.path() / "store"});
    ASSERT_TRUE(store) << to_string(store.error());
    store_ = *std::move(store);
  }

  // A file of that many rows, whose keys are among those of every other.
  void ingest(int rows) {
    const auto file = SortedFile::create(directory_.path() / "step.rows", SortedFile::Packing::none);
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->add("a", "the first"));
    for (int i = 0; i < rows; ++i) {
      ASSERT_TRUE(
          (*file)->add("b" + std::to_string(files_) + "/" + std::to_string(100'000 + i), std::string(100, 'v')));
    }
    ASSERT_TRUE((*file)->add("c", "the last"));
    ASSERT_TRUE((*file)->finish());
    ASSERT_TRUE(store_->ingest({(*file)->path()}));
    ++files_;
  }

  bool comes_to(std::uint64_t newest_files) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (store_->newest_files() != newest_files && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return store_->newest_files() == newest_files;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<Store> store_;
  int files_ = 0;
};

TEST_F(GatheredFilesTest, NoneIsLeftWhereTheyAreMuchOfAll) {
  ingest(10'000);
  store_->let_files_gather(true);
  for (int i = 0; i < 2; ++i) ingest(10'000);
  EXPECT_EQ(store_->newest_files(), 2u) << "the first has no other below it";
  store_->let_files_gather(false);
  EXPECT_TRUE(comes_to(0));
}

TEST_F(GatheredFilesTest, FewWaitForOthersWhereTheyAreLittle) {
  ingest(10'000);
  store_->let_files_gather(true);
  for (int i = 0; i < 2; ++i) ingest(10);
  store_->let_files_gather(false);
  ingest(10);
  EXPECT_EQ(store_->newest_files(), 3u);
  ingest(10);
  EXPECT_TRUE(comes_to(0));
}

// What follows the last of much is not put in order one by one.
TEST_F(GatheredFilesTest, FewWaitAgainOnceNoneIsLeft) {
  ingest(10'000);
  store_->let_files_gather(true);
  ingest(10'000);
  store_->let_files_gather(false);
  ASSERT_TRUE(comes_to(0));
  store_->let_files_gather(false);
  for (int i = 0; i < 3; ++i) ingest(10);
  EXPECT_EQ(store_->newest_files(), 3u);
  ingest(10);
  EXPECT_TRUE(comes_to(0));
}

}  // namespace
}  // namespace rapport
