// What a store says of its files where they are damaged or gone.
#include <gtest/gtest.h>

#include <fstream>

#include "projections/store/store.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

class DamagedFiles : public testing::Test {
 protected:
  // One file of rows, in several blocks.
  void SetUp() override {
    const auto store = open();
    ASSERT_TRUE(store);
    RowBatch batch;
    for (int i = 0; i < 100; ++i)
      batch.put(std::to_string(100 + i), std::string(1'000, static_cast<char>('a' + i % 26)));
    ASSERT_TRUE((*store)->write(batch, Durability::buffered));
    ASSERT_TRUE((*store)->flush());
    EXPECT_FALSE((*store)->damage());
  }
  Result<std::unique_ptr<Store>> open() const { return Store::open({.directory = path()}); }
  std::filesystem::path path() const { return directory_.path() / "store"; }
  std::filesystem::path file_of_rows() const {
    for (const auto& entry : std::filesystem::directory_iterator(path())) {
      if (entry.path().extension() == ".sst") return entry.path();
    }
    return {};
  }
  void damage_first_block() const {
    std::fstream file(file_of_rows(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(50);
    file.put('!');
  }

  TemporaryDirectory directory_;
};

TEST_F(DamagedFiles, ThatAreMissingAreTold) {
  std::filesystem::remove(file_of_rows());
  const auto without_rows = open();
  ASSERT_FALSE(without_rows);
  EXPECT_EQ(without_rows.error().code, Errc::corrupt) << to_string(without_rows.error());
  std::ofstream(path() / "CURRENT") << "MANIFEST-000999\n";
  const auto without_manifest = open();
  ASSERT_FALSE(without_manifest);
  EXPECT_EQ(without_manifest.error().code, Errc::corrupt) << to_string(without_manifest.error());
}

TEST_F(DamagedFiles, AreRememberedOnceARowIsReadFromThem) {
  damage_first_block();
  const auto store = open();
  ASSERT_TRUE(store);
  EXPECT_FALSE((*store)->damage()) << "nothing was read";
  const auto read = (*store)->get("100");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::corrupt);
  EXPECT_EQ((*store)->damage(), read.error());
  EXPECT_TRUE((*store)->get("199")) << "another block";
  EXPECT_FALSE((*store)->get("101"));
  EXPECT_EQ((*store)->damage(), read.error()) << "the first";
}

TEST_F(DamagedFiles, AreRememberedByWalksManyKeysAndForks) {
  damage_first_block();
  const std::string_view keys[] = {"100", "150"};
  for (const int how : {0, 1, 2}) {
    const auto store = open();
    ASSERT_TRUE(store);
    if (how == 0) {
      EXPECT_FALSE((*store)->multi_get(keys));
    }
    if (how == 1) {
      Cursor cursor = (*store)->cursor("", "");
      for (cursor.seek_first(); cursor.valid();) cursor.next();
      EXPECT_FALSE(cursor.status());
    }
    if (how == 2) {
      EXPECT_FALSE((*store)->fork(kNow)->get("100"));
    }
    EXPECT_TRUE((*store)->damage()) << how;
  }
}

}  // namespace
}  // namespace rapport
