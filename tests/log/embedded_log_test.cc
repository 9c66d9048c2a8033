// What only the log on a disk can meet: its directory, its write-ahead log and its disk.
#include "engine/log/embedded_log.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "projections/store/big_endian.h"
#include "projections/store/durable_file.h"
#include "projections/store/store.h"
#include "tests/contract/log_reading.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

class EmbeddedLogTest : public testing::Test {
 protected:
  std::filesystem::path directory() const { return directory_.path() / "log"; }

  void open(std::int32_t partitions = 1) {
    log_.reset();
    auto log = EmbeddedLog::open({.directory = directory(), .partition_count = partitions});
    ASSERT_TRUE(log) << to_string(log.error());
    log_ = *std::move(log);
  }

  Error open_error() {
    log_.reset();
    const auto log = EmbeddedLog::open({.directory = directory()});
    return log ? Error{Errc::internal, "it opened"} : log.error();
  }

  void append(Partition partition, int from, int count) {
    for (int i = from; i < from + count; ++i) {
      const auto appended = append_and_wait(*log_, {{partition, "k", std::to_string(i)}});
      ASSERT_TRUE(appended) << to_string(appended.error());
    }
  }

  // Changes rows behind the log's back.
  void edit(const std::function<void(RowBatch&)>& change) {
    log_.reset();
    auto store = Store::open({.directory = directory(), .use = StoreOptions::Use::log});
    ASSERT_TRUE(store) << to_string(store.error());
    RowBatch batch;
    change(batch);
    ASSERT_TRUE((*store)->write(batch, Durability::synced));
  }

  static std::string row_key(std::uint32_t partition, std::uint64_t offset) {
    std::string key;
    append_big_endian32(key, partition);
    append_big_endian64(key, offset);
    return key;
  }

  std::filesystem::path write_ahead_log() const {
    for (const auto& entry : std::filesystem::directory_iterator(directory())) {
      if (entry.path().extension() == ".log" && entry.file_size() > 0) return entry.path();
    }
    return {};
  }

  TemporaryDirectory directory_;
  std::unique_ptr<EmbeddedLog> log_;
};

TEST_F(EmbeddedLogTest, IsLockedWhileOpen) {
  open();
  const auto second = EmbeddedLog::open({.directory = directory()});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::locked);
  EXPECT_EQ(second.error().field, directory().string());
}

TEST_F(EmbeddedLogTest, KeepsItsPartitionCount) {
  open(3);
  open(5);
  EXPECT_EQ(log_->partition_count(), 3);
}

TEST_F(EmbeddedLogTest, RefusesAPartitionCountOutOfRange) {
  for (const std::int32_t count : {-1, 0, kPartitionsMax + 1}) {
    const auto log = EmbeddedLog::open({.directory = directory(), .partition_count = count});
    ASSERT_FALSE(log);
    EXPECT_EQ(log.error().code, Errc::invalid_argument);
  }
}

TEST_F(EmbeddedLogTest, RefusesAFormatThatItDoesNotKnow) {
  open();
  edit([](RowBatch& batch) { batch.put("mformat", "rapport log 9"); });
  const Error error = open_error();
  EXPECT_EQ(error.code, Errc::wrong_format);
  EXPECT_THAT(error.detail, testing::HasSubstr("'rapport log 9'"));
}

TEST_F(EmbeddedLogTest, RefusesADirectoryOfSomeoneElses) {
  edit([](RowBatch& batch) { batch.put("a row", "of projections"); });
  EXPECT_EQ(open_error().code, Errc::wrong_format);
}

TEST_F(EmbeddedLogTest, RefusesFactsThatDoNotReadBack) {
  open();
  edit([](RowBatch& batch) { batch.put("mid", "no id"); });
  EXPECT_EQ(open_error().code, Errc::corrupt);
}

TEST_F(EmbeddedLogTest, RefusesDamageInTheMiddleOfItsWriteAheadLog) {
  open();
  append(Partition{0}, 0, 100);
  log_.reset();
  const auto path = write_ahead_log();
  ASSERT_FALSE(path.empty());
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(std::filesystem::file_size(path) / 2));
    file.put('\x5a');
  }
  EXPECT_EQ(open_error().code, Errc::corrupt);
}

// What a power loss leaves of the last write, which was never acknowledged.
TEST_F(EmbeddedLogTest, DropsATornTail) {
  open();
  append(Partition{0}, 0, 100);
  log_.reset();
  const auto path = write_ahead_log();
  ASSERT_FALSE(path.empty());
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 3);
  open();
  EXPECT_EQ((*log_->ends())[Partition{0}], Offset{98});
  append(Partition{0}, 100, 1);
  EXPECT_EQ(read_after(*log_, {{Partition{0}, Offset{-1}}}, 100).back().value, "100");
}

// Two writes, the second over many sectors, and some behind it; `damage` is given the write-ahead log and where the
// second begins.
class TornEmbeddedLog : public EmbeddedLogTest {
 protected:
  void write_twice(const std::function<void(std::string&, std::size_t)>& damage, int behind = 0) {
    open();
    append(Partition{0}, 0, 1);
    const auto path = write_ahead_log();
    const auto second = static_cast<std::size_t>(std::filesystem::file_size(path));
    ASSERT_TRUE(append_and_wait(*log_, {{Partition{0}, "k", std::string(100'000, 'x')}}));
    append(Partition{0}, 2, behind);
    log_.reset();
    std::string bytes = **read_text(path);
    damage(bytes, second);
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }
  static std::size_t sector_behind(std::size_t at) { return (at / 512 + 1) * 512; }
};

TEST_F(TornEmbeddedLog, LetsGoOfALastWriteThatLacksSectors) {
  for (const std::size_t lost : {0u, 1u, 64u, 150u}) {
    SCOPED_TRACE(lost);
    write_twice([&](std::string& bytes, std::size_t second) {
      bytes.replace(sector_behind(second) + lost * 512, 512, 512, '\0');
    });
    open();
    EXPECT_EQ((*log_->ends())[Partition{0}], Offset{0});
    append(Partition{0}, 1, 1);
    EXPECT_EQ(values_of(read_after(*log_, {{Partition{0}, Offset{-1}}}, 2)), (std::vector<std::string>{"0", "1"}));
    log_.reset();
    std::filesystem::remove_all(directory());
  }
}

TEST_F(TornEmbeddedLog, LetsGoOfALastWriteWhoseBeginIsLost) {
  write_twice([](std::string& bytes, std::size_t second) {
    bytes.replace(second, sector_behind(second) - second, sector_behind(second) - second, '\0');
  });
  open();
  EXPECT_EQ((*log_->ends())[Partition{0}], Offset{0});
}

// The write was whole once, and may have been acknowledged.
TEST_F(TornEmbeddedLog, RefusesALastWriteThatIsThereAndWrong) {
  write_twice([](std::string& bytes, std::size_t second) { bytes[second + 50'000] ^= 1; });
  EXPECT_EQ(open_error().code, Errc::corrupt);
}

TEST_F(TornEmbeddedLog, RefusesAWriteThatLacksSectorsBeforeAnother) {
  write_twice([](std::string& bytes, std::size_t second) { bytes.replace(sector_behind(second), 512, 512, '\0'); }, 1);
  EXPECT_EQ(open_error().code, Errc::corrupt);
}

TEST_F(EmbeddedLogTest, HaltsAPartitionAtAGapAndReadsTheOthersOn) {
  open(2);
  append(Partition{0}, 0, 10);
  append(Partition{1}, 0, 10);
  edit([](RowBatch& batch) { batch.erase(row_key(0, 4)); });
  open();
  auto reader = log_->open_reader({{Partition{0}, Offset{-1}}, {Partition{1}, Offset{-1}}});
  ASSERT_TRUE(reader);
  EXPECT_EQ(read_records(**reader, 14).size(), 14u);
  const auto faults = (*reader)->faults();
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].partition, Partition{0});
  EXPECT_EQ(faults[0].error.code, Errc::corrupt);
  EXPECT_THAT(faults[0].error.detail, testing::HasSubstr("after offset 3"));
  EXPECT_EQ((*reader)->positions(), (Positions{{Partition{0}, Offset{3}}, {Partition{1}, Offset{9}}}));
  append(Partition{1}, 10, 1);
  EXPECT_EQ(read_records(**reader, 1).size(), 1u);
  EXPECT_EQ((*reader)->faults().size(), 1u);
}

// A halted partition is not "behind" for ever: a read without news waits, or it would spin.
TEST_F(EmbeddedLogTest, WaitsThoughAPartitionIsHalted) {
  open();
  append(Partition{0}, 0, 3);
  edit([](RowBatch& batch) { batch.erase(row_key(0, 0)); });
  open();
  auto reader = log_->open_reader({{Partition{0}, Offset{-1}}});
  ASSERT_TRUE(reader);
  RecordBatch batch;
  ASSERT_TRUE((*reader)->read({}, batch));
  ASSERT_EQ((*reader)->faults().size(), 1u);
  constexpr std::chrono::milliseconds kWait{30};
  const auto start = std::chrono::steady_clock::now();
  ASSERT_TRUE((*reader)->read({.wait_max = kWait}, batch));
  EXPECT_GE(std::chrono::steady_clock::now() - start, kWait);
  EXPECT_TRUE(batch.empty());
}

TEST_F(EmbeddedLogTest, HaltsAPartitionAtARecordThatDoesNotReadBack) {
  open();
  append(Partition{0}, 0, 3);
  edit([](RowBatch& batch) { batch.put(row_key(0, 1), "short"); });
  open();
  auto reader = log_->open_reader({{Partition{0}, Offset{-1}}});
  ASSERT_TRUE(reader);
  EXPECT_EQ(read_records(**reader, 1).size(), 1u);
  RecordBatch batch;
  ASSERT_TRUE((*reader)->read({.wait_max = std::chrono::milliseconds(0)}, batch));
  EXPECT_TRUE(batch.empty());
  EXPECT_EQ((*reader)->faults().size(), 1u);
}

TEST_F(EmbeddedLogTest, ABusyPartitionDoesNotStarveTheOthers) {
  open(3);
  for (int p = 0; p < 3; ++p) append(Partition{p}, 0, 10);
  auto reader = log_->open_reader(from_the_start(*log_));
  ASSERT_TRUE(reader);
  RecordBatch batch;
  for (int i = 0; i < 4; ++i) ASSERT_TRUE((*reader)->read({.records_max = 1}, batch));
  std::set<Partition> seen;
  for (std::size_t i = 0; i < batch.size(); ++i) seen.insert(batch[i].position.partition);
  EXPECT_EQ(seen.size(), 4u);  // control too
}

TEST_F(EmbeddedLogTest, TheControlStreamComesBeforeWhateverWaits) {
  open(2);
  for (int p = 0; p < 2; ++p) append(Partition{p}, 0, 10);
  auto reader = log_->open_reader(from_the_start(*log_));
  ASSERT_TRUE(reader);
  const auto next_partition = [&] {
    RecordBatch one;
    EXPECT_TRUE((*reader)->read({.records_max = 1}, one));
    return one[0].position.partition;
  };
  EXPECT_EQ(next_partition(), kControlPartition);
  EXPECT_NE(next_partition(), kControlPartition);
  append(kControlPartition, 0, 1);
  EXPECT_EQ(next_partition(), kControlPartition);
}

// A file-size limit stands for a full disk: the kernel refuses the write-ahead log's next bytes.
class FullDisk {
 public:
  explicit FullDisk(rlim_t file_bytes_max) {
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{file_bytes_max, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

TEST_F(EmbeddedLogTest, AcknowledgesNothingAfterAFailedSync) {
  open();
  append(Partition{0}, 0, 10);
  {
    const FullDisk full(1u << 16);
    std::optional<Error> refused;
    std::int64_t acknowledged = 9;
    for (int i = 10; i < 100 && !refused; ++i) {
      const auto appended = append_and_wait(*log_, {{Partition{0}, "k", std::string(10'000, 'v')}});
      if (!appended) refused = appended.error();
      if (appended) acknowledged = appended->front().offset.value;
    }
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->code, Errc::storage_failed);
    EXPECT_EQ((*log_->ends())[Partition{0}].value, acknowledged);
  }
  // There is room again, but what the failed sync left on disk is not known.
  const auto later = append_and_wait(*log_, {{Partition{0}, "k", "v"}});
  ASSERT_FALSE(later);
  EXPECT_EQ(later.error().code, Errc::storage_failed);
  ASSERT_TRUE(log_->health().error);
  EXPECT_EQ(log_->health().error->code, Errc::storage_failed);
  const auto acknowledged = static_cast<std::size_t>((*log_->ends())[Partition{0}].value + 1);

  open();
  EXPECT_EQ(log_->health().error, std::nullopt);
  EXPECT_EQ(read_after(*log_, {{Partition{0}, Offset{-1}}}, acknowledged).size(), acknowledged);
  append(Partition{0}, 0, 1);
}

}  // namespace
}  // namespace rapport
