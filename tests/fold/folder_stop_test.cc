// A folder that is stopped while it opens another reader.
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <mutex>

#include "engine/fold/folder.h"
#include "engine/log/embedded_log.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

constexpr std::chrono::seconds kPatience{30};
// A reader that is read from is asked again sooner; where a busy machine takes longer, the test says less.
constexpr std::chrono::milliseconds kSilence{500};

// Another reader of it is opened only once nobody reads from the one before any more: the folder is stopping.
class LateLog final : public EventLog {
 public:
  explicit LateLog(EventLog& inner) : inner_(inner) {}

  std::future<void> opens_another() { return opens_another_.get_future(); }

  LogId id() const override { return inner_.id(); }
  std::int32_t partition_count() const override { return inner_.partition_count(); }
  void append(std::vector<NewRecord> records, AppendDone done) override { inner_.append(std::move(records), done); }
  Result<std::unique_ptr<LogReader>> open_reader(const Positions& after) override {
    if (++opened_ > 1) {
      opens_another_.set_value();
      std::unique_lock lock(mutex_);
      for (std::uint64_t seen = reads_; read_.wait_for(lock, kSilence, [&] { return reads_ != seen; });) seen = reads_;
    }
    auto reader = inner_.open_reader(after);
    if (!reader) return reader;
    return std::unique_ptr<LogReader>(std::make_unique<Reader>(*std::move(reader), *this));
  }
  Result<Positions> ends() override { return inner_.ends(); }
  LogHealth health() const override { return inner_.health(); }

 private:
  class Reader final : public LogReader {
   public:
    Reader(std::unique_ptr<LogReader> inner, LateLog& log) : inner_(std::move(inner)), log_(log) {}
    Result<void> read(const ReadLimits& limits, RecordBatch& out) override {
      {
        const std::lock_guard lock(log_.mutex_);
        ++log_.reads_;
        log_.read_.notify_all();
      }
      return inner_->read(limits, out);
    }
    Positions positions() const override { return inner_->positions(); }
    std::vector<PartitionFault> faults() const override { return inner_->faults(); }

   private:
    std::unique_ptr<LogReader> inner_;
    LateLog& log_;
  };

  EventLog& inner_;
  int opened_ = 0;
  std::promise<void> opens_another_;
  std::mutex mutex_;
  std::condition_variable read_;
  std::uint64_t reads_ = 0;
};

TEST(Folder, StopsWhileItOpensAnotherReader) {
  const TemporaryDirectory directory;
  const auto embedded = EmbeddedLog::open({.directory = directory.path() / "log", .partition_count = 2});
  ASSERT_TRUE(embedded) << to_string(embedded.error());
  LateLog log(**embedded);
  auto generation = Generation::open({.directory = directory.path() / "rows"});
  ASSERT_TRUE(generation) << to_string(generation.error());
  auto opens_another = log.opens_another();
  auto folder = Folder::start(log, *std::move(generation), {.partitions = std::set<Partition>{}});
  ASSERT_TRUE(folder) << to_string(folder.error());

  auto owning = std::async(std::launch::async, [&] { return (*folder)->own({Partition{0}}); });
  ASSERT_EQ(opens_another.wait_for(kPatience), std::future_status::ready);
  auto stopping = std::async(std::launch::async, [&] { folder->reset(); });
  EXPECT_EQ(stopping.wait_for(kPatience), std::future_status::ready) << "it waits for a record";
  EXPECT_TRUE(owning.get());
  // One that it waits for, so that this test ends.
  ASSERT_TRUE(append_and_wait(log, {{Partition{0}, "k", "v"}}));
}

}  // namespace
}  // namespace rapport
