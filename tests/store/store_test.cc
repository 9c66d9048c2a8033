#include "projections/store/store.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <numeric>
#include <thread>

#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class StoreTest : public testing::Test {
 protected:
  void SetUp() override { open(); }

  void open(StoreOptions::Use use = StoreOptions::Use::projections) {
    store_.reset();
    auto store = Store::open({.directory = directory(), .use = use});
    ASSERT_TRUE(store) << to_string(store.error());
    store_ = *std::move(store);
  }

  void put(std::initializer_list<std::pair<std::string_view, std::string_view>> rows) {
    RowBatch batch;
    for (const auto& [key, value] : rows) batch.put(key, value);
    ASSERT_TRUE(store_->write(batch, Durability::buffered));
  }

  std::vector<std::string> keys(std::string_view lower, std::string_view upper, At at = kNow) {
    std::vector<std::string> out;
    Cursor cursor = store_->cursor(lower, upper, at);
    for (cursor.seek_first(); cursor.valid(); cursor.next()) out.emplace_back(cursor.key());
    EXPECT_TRUE(cursor.status());
    return out;
  }

  std::string get(std::string_view key, At at = kNow) {
    const auto value = store_->get(key, at);
    EXPECT_TRUE(value);
    return value && *value ? **value : "(none)";
  }

  std::filesystem::path directory() const { return directory_.path() / "store"; }

  TemporaryDirectory directory_;
  std::unique_ptr<Store> store_;
};

TEST_F(StoreTest, GivesBackWhatWasPut) {
  put({{"a", "1"}, {std::string_view("\0\xff", 2), ""}});
  EXPECT_EQ(get("a"), "1");
  EXPECT_EQ(get(std::string_view("\0\xff", 2)), "");
  EXPECT_EQ(get("b"), "(none)");
}

TEST_F(StoreTest, AnswersEveryKeyOfAMultiGetInItsPlace) {
  put({{"a", "1"}, {"c", "3"}});
  const std::vector<std::string_view> asked{"a", "b", "c"};
  const auto values = store_->multi_get(asked);
  ASSERT_TRUE(values);
  EXPECT_THAT(*values, ElementsAre("1", std::nullopt, "3"));
  EXPECT_THAT(*store_->multi_get({}), IsEmpty());
}

TEST_F(StoreTest, AppliesABatchInOrder) {
  put({{"a", "0"}, {"b", "0"}, {"c", "0"}});
  RowBatch batch;
  batch.put("a", "1");
  batch.erase("a");
  batch.erase_range("b", "c");  // without c
  batch.put("d", "1");
  EXPECT_EQ(batch.count(), 4u);
  ASSERT_TRUE(store_->write(batch, Durability::synced));
  EXPECT_THAT(keys("", ""), ElementsAre("c", "d"));
  batch.clear();
  EXPECT_EQ(batch.count(), 0u);
}

TEST_F(StoreTest, AReaderSeesAllOfABatchOrNothing) {
  put({{"a", "0"}, {"b", "0"}});
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 1; i <= 2'000; ++i) put({{"a", std::to_string(i)}, {"b", std::to_string(i)}});
    stop = true;
  });
  int torn = 0;
  while (!stop) {
    const auto snapshot = store_->snapshot();
    torn += get("a", snapshot.get()) != get("b", snapshot.get());
  }
  writer.join();
  EXPECT_EQ(torn, 0);
}

TEST_F(StoreTest, ACursorStaysWithinItsBounds) {
  put({{"a", ""}, {"b1", ""}, {"b2", ""}, {"b3", ""}, {"c", ""}});
  EXPECT_THAT(keys("b", prefix_end("b")), ElementsAre("b1", "b2", "b3"));
  EXPECT_THAT(keys("b2", "c"), ElementsAre("b2", "b3"));
  EXPECT_THAT(keys("", "b1"), ElementsAre("a"));
  EXPECT_THAT(keys("b4", ""), ElementsAre("c"));
  EXPECT_THAT(keys("x", "y"), IsEmpty());
}

TEST_F(StoreTest, ACursorMovesBothWays) {
  put({{"a", ""}, {"b1", "1"}, {"b2", "2"}, {"c", ""}});
  Cursor cursor = store_->cursor("b", prefix_end("b"));
  EXPECT_FALSE(cursor.valid());
  cursor.seek_last();
  ASSERT_TRUE(cursor.valid());
  EXPECT_EQ(cursor.key(), "b2");
  cursor.prev();
  EXPECT_EQ(cursor.value(), "1");
  cursor.prev();
  EXPECT_FALSE(cursor.valid());
  cursor.seek("b11");
  EXPECT_EQ(cursor.key(), "b2");
  cursor.seek_for_prev("b11");
  EXPECT_EQ(cursor.key(), "b1");
  cursor.seek_for_prev("a");
  EXPECT_FALSE(cursor.valid());
  EXPECT_TRUE(cursor.status());
}

TEST_F(StoreTest, ASnapshotKeepsTheStoreAsItWas) {
  put({{"a", "old"}});
  const auto snapshot = store_->snapshot();
  put({{"a", "new"}, {"b", "new"}});
  EXPECT_EQ(get("a", snapshot.get()), "old");
  EXPECT_EQ(get("a"), "new");
  EXPECT_THAT(keys("", "", snapshot.get()), ElementsAre("a"));
  const std::vector<std::string_view> asked{"a", "b"};
  EXPECT_THAT(*store_->multi_get(asked, snapshot.get()), ElementsAre("old", std::nullopt));
}

TEST_F(StoreTest, KeepsRowsThroughFlushCompactionAndReopening) {
  for (int i = 0; i < 1'000; ++i) put({{"key" + std::to_string(i), std::string(100, 'v')}});
  ASSERT_TRUE(store_->flush());
  RowBatch batch;
  batch.erase_range("key", "key5");
  ASSERT_TRUE(store_->write(batch, Durability::buffered));
  ASSERT_TRUE(store_->compact());
  EXPECT_GT(store_->disk_bytes(), 0u);
  const auto before = keys("", "");
  EXPECT_EQ(before.front(), "key5");
  open();
  EXPECT_EQ(keys("", ""), before);
}

// Else its deleted rows would stand in the files, and nobody would come back for them.
TEST_F(StoreTest, CompactionIsToBeDoneAgainWhileAnOlderMomentIsRead) {
  put({{"a", "old"}});
  auto older = store_->snapshot();
  put({{"a", "new"}});
  const auto newest = store_->snapshot();
  const auto compacted = store_->compact();
  ASSERT_FALSE(compacted);
  EXPECT_EQ(compacted.error().code, Errc::overloaded);
  older.reset();
  EXPECT_TRUE(store_->compact());
}

// Where a range deletion is live, RocksDB 7.8 passes by a file whose first block does not read, and says nothing.
TEST_F(StoreTest, AWalkTellsOfADamagedFileAlsoWhereARangeWasErased) {
  std::vector<std::filesystem::path> files;
  for (const std::string name : {"a", "b", "c"}) {
    const auto file = SortedFile::create(directory() / (name + ".rows"));
    ASSERT_TRUE(file);
    for (int i = 100; i < 200; ++i) ASSERT_TRUE((*file)->add(name + std::to_string(i), "value"));
    ASSERT_TRUE((*file)->finish());
    files.push_back((*file)->path());
  }
  ASSERT_TRUE(store_->ingest(files));
  EXPECT_EQ(keys("", "").size(), 300u);
  RowBatch batch;
  batch.erase_range("c", "c15");
  ASSERT_TRUE(store_->write(batch, Durability::synced));
  store_.reset();
  std::vector<std::filesystem::path> stored;
  for (const auto& entry : std::filesystem::directory_iterator(directory())) {
    if (entry.path().extension() == ".sst") stored.push_back(entry.path());
  }
  std::sort(stored.begin(), stored.end());
  ASSERT_EQ(stored.size(), 3u);
  std::fstream(stored[1], std::ios::in | std::ios::out | std::ios::binary).seekp(20).put('!');

  open();
  Cursor cursor = store_->cursor("", "");
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
  }
  ASSERT_FALSE(cursor.status());
  EXPECT_EQ(cursor.status().error().code, Errc::corrupt);
}

TEST_F(StoreTest, ARangeIsErasedBeforeWhatItsBatchPutsThere) {
  put({{"b", "1"}, {"bb", "1"}, {"c", "1"}});
  RowBatch batch;
  batch.put("ba", "2");
  batch.erase_range("b", "c");
  ASSERT_TRUE(store_->write(batch, Durability::buffered));
  EXPECT_THAT(keys("", ""), ElementsAre("ba", "c"));
}

TEST_F(StoreTest, IsLockedWhileOpen) {
  const auto second = Store::open({.directory = directory()});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::locked);
  EXPECT_EQ(second.error().field, directory().string());
}

TEST(Store, ALockFileThatCannotBeOpenedIsNobodysLock) {
  const TemporaryDirectory directory;
  std::filesystem::create_directories(directory.path() / "store" / "LOCK");
  const auto store = Store::open({.directory = directory.path() / "store"});
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Errc::storage_failed) << to_string(store.error());
}

TEST_F(StoreTest, ReadsBesideAWriterWhenReadOnly) {
  put({{"a", "1"}});
  ASSERT_TRUE(store_->flush());
  const auto reader = Store::open({.directory = directory(), .read_only = true});
  ASSERT_TRUE(reader) << to_string(reader.error());
  EXPECT_EQ(*(*reader)->get("a"), "1");
  RowBatch batch;
  batch.put("b", "2");
  EXPECT_FALSE((*reader)->write(batch, Durability::buffered));
}

TEST(Store, SaysWhatItCannotOpen) {
  const TemporaryDirectory directory;
  const auto missing = Store::open({.directory = directory.path() / "none", .read_only = true});
  ASSERT_FALSE(missing);
  std::ofstream(directory.path() / "file") << "not a directory";
  const auto file = Store::open({.directory = directory.path() / "file"});
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, Errc::storage_failed);
}

// A write-ahead log with a flipped byte in its middle: the two uses of a store answer it differently.
class DamagedStore : public StoreTest {
 protected:
  void damage() {
    for (int i = 0; i < 100; ++i) put({{std::to_string(100 + i), std::string(1'000, 'v')}});
    store_.reset();
    for (const auto& entry : std::filesystem::directory_iterator(directory())) {
      if (entry.path().extension() != ".log") continue;
      std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(static_cast<std::streamoff>(entry.file_size() / 2));
      file.put('!');
    }
  }
};

TEST_F(DamagedStore, OfProjectionsRollsBackToBeforeTheDamage) {
  damage();
  open();
  const auto left = keys("", "");
  ASSERT_FALSE(left.empty());
  EXPECT_LT(left.size(), 100u);
  EXPECT_EQ(left.back(), std::to_string(100 + left.size() - 1));
}

TEST_F(DamagedStore, OfALogIsRefused) {
  damage();
  const auto opened = Store::open({.directory = directory(), .use = StoreOptions::Use::log});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::corrupt);
}

// The sizes of a write-ahead log's records, all of which stand in its first block: checksum (4), length (2), type (1).
std::vector<std::size_t> record_sizes(const std::string& log) {
  constexpr std::size_t kHeader = 7, kLength = 4;
  std::vector<std::size_t> sizes;
  const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(log[at])); };
  for (std::size_t at = 0; at + kHeader <= log.size(); at += sizes.back()) {
    sizes.push_back(kHeader + byte(at + kLength) + (byte(at + kLength + 1) << 8));
  }
  return sizes;
}

std::vector<std::filesystem::path> logs_of(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> logs;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() == ".log") logs.push_back(entry.path());
  }
  std::sort(logs.begin(), logs.end());
  return logs;
}

// What a power loss in the middle of a flush may leave: of a write-ahead log not its end, and the next one whole.
TEST_F(StoreTest, NothingIsReplayedBehindAWriteThatIsMissing) {
  constexpr std::size_t kRows = 10, kLost = 3;
  for (std::size_t i = 0; i < kRows; ++i) put({{std::to_string(100 + i), "v"}});
  const auto lost = directory_.path() / "lost";
  std::filesystem::copy(directory(), lost, std::filesystem::copy_options::recursive);
  ASSERT_TRUE(store_->flush());
  for (std::size_t i = 0; i < kRows; ++i) put({{std::to_string(200 + i), "v"}});
  const auto before = logs_of(lost), behind = logs_of(directory());
  ASSERT_EQ(before.size(), 1u);
  ASSERT_EQ(behind.size(), 1u);
  ASSERT_NE(before[0].filename(), behind[0].filename());
  std::filesystem::copy(behind[0], lost / behind[0].filename());
  std::ifstream file(before[0], std::ios::binary);
  const auto sizes = record_sizes(std::string(std::istreambuf_iterator<char>(file), {}));
  ASSERT_EQ(sizes.size(), kRows);
  std::filesystem::resize_file(before[0], std::accumulate(sizes.begin(), sizes.end() - kLost, std::size_t{0}));

  store_.reset();
  std::filesystem::remove_all(directory());
  std::filesystem::rename(lost, directory());
  open();
  const auto left = keys("", "");
  ASSERT_EQ(left.size(), kRows - kLost);
  EXPECT_EQ(left.back(), std::to_string(100 + kRows - kLost - 1));
  // And it goes on from there.
  put({{"next", ""}});
  open();
  EXPECT_EQ(keys("", "").size(), kRows - kLost + 1);
}

TEST(PrefixEnd, IsTheLeastKeyBehindThePrefix) {
  EXPECT_EQ(prefix_end("a"), "b");
  EXPECT_EQ(prefix_end("a\xff"), "b");
  EXPECT_EQ(prefix_end("\xff\xff"), "");
  EXPECT_EQ(prefix_end(""), "");
}

TEST_F(StoreTest, AForkShowsItsOwnRowsOnTopAndLeavesTheStoreAsItIs) {
  put({{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}, {"z", "9"}});
  const auto at = store_->snapshot();
  const auto fork = store_->fork(at.get());
  put({{"b", "later"}, {"bb", "later"}});
  RowBatch batch;
  batch.erase_range("c", "e");
  batch.erase("a");
  batch.put("d", "new");
  batch.put("e", "5");
  batch.put("0", "outside");
  batch.put("zz", "outside");
  ASSERT_TRUE(fork->write(batch, Durability::buffered));

  const std::vector<std::string_view> asked{"a", "b", "bb", "c", "d", "e"};
  const auto rows = fork->multi_get(asked);
  ASSERT_TRUE(rows);
  EXPECT_THAT(*rows, ElementsAre(std::nullopt, "2", std::nullopt, std::nullopt, "new", "5"));
  EXPECT_EQ(*fork->get("d"), "new");
  EXPECT_EQ(*fork->get("c"), std::nullopt);

  std::string forward, backward;
  Cursor cursor = fork->cursor("a", "zz");
  for (cursor.seek_first(); cursor.valid(); cursor.next()) forward += cursor.key();
  for (cursor.seek_last(); cursor.valid(); cursor.prev()) backward += cursor.key();
  EXPECT_TRUE(cursor.status());
  EXPECT_EQ(forward, "bdez");
  EXPECT_EQ(backward, "zedb");
  cursor.seek("f");
  EXPECT_EQ(cursor.key(), "z");
  cursor.seek_for_prev("c");
  EXPECT_EQ(cursor.key(), "b");
  EXPECT_EQ(get("a"), "1");
  EXPECT_EQ(get("e"), "(none)");
}

}  // namespace
}  // namespace rapport
