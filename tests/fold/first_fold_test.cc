// A log that is long already, folded for the first time by a folder: the rows of a fold record by record, while the
// folder goes on with all else. RAPPORT_SEED=n to see a failure again.
#include "engine/fold/first_fold.h"

#include <gmock/gmock.h>

#include <condition_variable>
#include <future>
#include <mutex>

#include "engine/fold/folder.h"
#include "engine/log/embedded_log.h"
#include "events/event_encoder.h"
#include "tests/model/random_history.h"
#include "tests/projections/history_fold.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{60};
constexpr std::int32_t kPartitions = 4;

// Gives nothing of the streams beside the control stream while it is held.
class HeldLog final : public EventLog {
 public:
  explicit HeldLog(EventLog& inner) : inner_(inner) {}

  void hold() { set(true); }
  void release() { set(false); }
  // Nobody who comes now can read.
  std::atomic<bool> away = false;
  std::atomic<int> readers = 0;  // of streams, that came so far
  // Whoever reads this partition is told that it cannot.
  std::optional<Partition> broken;

  LogId id() const override { return inner_.id(); }
  std::int32_t partition_count() const override { return inner_.partition_count(); }
  void append(std::vector<NewRecord> records, AppendDone done) override { inner_.append(std::move(records), done); }
  Result<Positions> ends() override { return inner_.ends(); }
  LogHealth health() const override { return inner_.health(); }
  Result<std::unique_ptr<LogReader>> open_reader(const Positions& after) override {
    if (away) return Error{Errc::log_unavailable, "nobody answers"};
    const bool control_alone = after.size() == 1 && after.contains(kControlPartition);
    Positions read = after;
    if (broken) read.erase(*broken);
    auto reader = inner_.open_reader(read);
    if (!reader || control_alone) return reader;
    ++readers;
    return std::unique_ptr<LogReader>(std::make_unique<Reader>(*std::move(reader), *this, after.size() != read.size()));
  }

 private:
  class Reader final : public LogReader {
   public:
    Reader(std::unique_ptr<LogReader> inner, HeldLog& log, bool fails)
        : inner_(std::move(inner)), log_(log), fails_(fails) {}
    Result<void> read(const ReadLimits& limits, RecordBatch& out) override {
      {
        std::unique_lock lock(log_.mutex_);
        log_.changed_.wait_for(lock, limits.wait_max, [this] { return !log_.held_; });
        if (log_.held_) return {};
      }
      return inner_->read(limits, out);
    }
    Positions positions() const override { return inner_->positions(); }
    std::vector<PartitionFault> faults() const override {
      if (!fails_) return inner_->faults();
      return {{*log_.broken, Error{Errc::corrupt, "cannot be read", "partition"}}};
    }

   private:
    std::unique_ptr<LogReader> inner_;
    HeldLog& log_;
    const bool fails_;
  };

  void set(bool held) {
    const std::lock_guard lock(mutex_);
    held_ = held;
    changed_.notify_all();
  }

  EventLog& inner_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
};

class FirstFoldTest : public testing::Test {
 protected:
  FirstFoldTest()
      : embedded_(*EmbeddedLog::open({.directory = directory_.path() / "log", .partition_count = kPartitions})),
        log_(*embedded_) {
    open();
    append(model::random_history({.seed = seed_, .records = 600, .partitions = kPartitions}));
  }

  void open() { generation_ = *Generation::open({.directory = directory_.path() / "rows"}); }
  void append(const std::vector<NewRecord>& records) { ASSERT_TRUE(append_and_wait(*embedded_, records)); }
  void start(std::optional<std::set<Partition>> partitions = std::nullopt) {
    auto folder = Folder::start(log_, generation_,
                                {.first_fold_records_min = 100,
                                 .partitions = std::move(partitions),
                                 .notice = [this](const std::string& line) { hear(line); }});
    ASSERT_TRUE(folder) << to_string(folder.error());
    folder_ = *std::move(folder);
  }
  // With the log held: the first fold is under way, and will be until the log is released.
  void start_held(std::optional<std::set<Partition>> partitions = std::nullopt) {
    log_.hold();
    start(std::move(partitions));
    EXPECT_TRUE(folder_->status().first_fold);
    wait_until([this] { return !heard().empty(); });
  }
  static void wait_until(const std::function<bool()>& so) {
    const auto deadline = steady_clock::now() + kPatience;
    while (!so() && steady_clock::now() < deadline) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    ASSERT_TRUE(so());
  }
  Result<void> wait(const Positions& positions) {
    return folder_->wait_folded(positions, steady_clock::now() + kPatience);
  }
  Result<void> wait_level() { return wait(*log_.ends()); }

  void hear(const std::string& line) {
    const std::lock_guard lock(mutex_);
    heard_.push_back(line);
  }
  std::vector<std::string> heard() {
    const std::lock_guard lock(mutex_);
    return heard_;
  }

  // How the rows differ from those of a fold record by record to the same positions.
  std::string difference() {
    const TemporaryDirectory directory{fastest_directory()};
    const auto by_record = *Generation::open({.directory = directory.path()});
    EXPECT_TRUE(refold_steps(*embedded_, *by_record, folder_->view()->positions(), {}));
    EXPECT_TRUE(by_record->finish_indexes());
    const auto view = folder_->view();
    return row_difference(*view, *by_record->view()) + index_fault(*view);
  }

  // An attribute of contacts that is indexed from now on, as the control stream says it.
  LogPosition declare(std::uint64_t id, const std::string& key) {
    const AttributeDefined defined{.id = id, .object = AttributeObject::contact, .key = key, .indexed = true};
    const Event event =
        make_event(make_event_id(), "test", EventType::attribute_defined, ControlSubject{}, std::nullopt, defined);
    const auto at = append_and_wait(*embedded_, {{kControlPartition, to_string(event.subject), encode_event(event)}});
    EXPECT_TRUE(at) << to_string(at.error());
    return at->front();
  }

  const std::uint64_t seed_ = model::seed_of_this_run();
  const TemporaryDirectory directory_{fastest_directory()};
  const std::unique_ptr<EmbeddedLog> embedded_;
  HeldLog log_;
  std::shared_ptr<Generation> generation_;
  std::mutex mutex_;
  std::vector<std::string> heard_;
  std::unique_ptr<Folder> folder_;
};

TEST_F(FirstFoldTest, GivesTheRowsOfAFoldRecordByRecordAndGoesOnFromThere) {
  SCOPED_TRACE("RAPPORT_SEED=" + std::to_string(seed_));
  start();
  ASSERT_TRUE(wait_level());
  EXPECT_EQ(difference(), "");
  EXPECT_FALSE(folder_->status().first_fold);
  EXPECT_EQ(folder_->status().lag_events, 0);
  EXPECT_THAT(heard(), testing::ElementsAre(testing::HasSubstr("nothing was folded yet")));

  append(model::random_history({.seed = seed_ + 1, .records = 300, .partitions = kPartitions}));
  ASSERT_TRUE(wait_level());
  EXPECT_EQ(difference(), "");

  // Not a second time, though the log has become longer while nobody folded it.
  folder_.reset();
  generation_.reset();
  append(model::random_history({.seed = seed_ + 2, .records = 300, .partitions = kPartitions}));
  open();
  start();
  ASSERT_TRUE(wait_level());
  EXPECT_EQ(difference(), "");
  EXPECT_EQ(heard().size(), 1u);
}

TEST_F(FirstFoldTest, LeavesAnOlderViewAsItIs) {
  SCOPED_TRACE("RAPPORT_SEED=" + std::to_string(seed_));
  start_held();
  const auto before = folder_->view();
  log_.release();
  ASSERT_TRUE(wait_level());
  EXPECT_EQ(difference(), "");
  const TemporaryDirectory directory{fastest_directory()};
  const auto nothing = *Generation::open({.directory = directory.path()});
  ASSERT_TRUE(refold_steps(*embedded_, *nothing, before->positions(), {}));
  EXPECT_EQ(row_difference(*before, *nothing->view()), "");
}

// RocksDB writes a file that was taken beside a view once more, to be rid of its number.
TEST_F(FirstFoldTest, ItsFilesStayAsTheyAre) {
  start();
  ASSERT_TRUE(wait_level());
  const auto files = [this] {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path() / "rows")) {
      if (entry.path().extension() == ".sst") names.insert(entry.path().filename());
    }
    return names;
  };
  const auto taken = files();
  EXPECT_FALSE(taken.empty());
  append(model::random_history({.seed = seed_ + 1, .records = 10, .partitions = kPartitions}));
  ASSERT_TRUE(wait_level());
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_EQ(files(), taken);
}

TEST_F(FirstFoldTest, LeavesTheControlStreamAndWhoComesBetweenStepsNoWait) {
  start_held();
  EXPECT_GT(folder_->status().lag_events, 500);
  EXPECT_EQ(folder_->status().first_fold->records, 0u);
  EXPECT_LE(folder_->status().first_fold->total, 600u);
  const LogPosition declared = declare(900, "brought meanwhile");
  EXPECT_TRUE(wait({{declared.partition, declared.offset}}));
  EXPECT_TRUE(folder_->between_steps([](const auto& live) -> Result<std::shared_ptr<Generation>> { return live; }));
  const auto too_early = folder_->wait_folded(*log_.ends(), steady_clock::now() + std::chrono::milliseconds(10));
  ASSERT_FALSE(too_early);
  EXPECT_EQ(too_early.error().code, Errc::wait_timeout);
}

TEST_F(FirstFoldTest, BeginsAgainWhereOtherIndexesAreDeclaredMeanwhile) {
  SCOPED_TRACE("RAPPORT_SEED=" + std::to_string(seed_));
  start_held();
  const LogPosition declared = declare(900, "brought meanwhile");
  ASSERT_TRUE(wait({{declared.partition, declared.offset}}));
  log_.release();
  ASSERT_TRUE(wait_level());
  EXPECT_EQ(difference(), "");
  EXPECT_THAT(heard(), testing::ElementsAre(testing::HasSubstr("nothing was folded yet"),
                                            testing::HasSubstr("attributes were declared meanwhile"),
                                            testing::HasSubstr("nothing was folded yet")));
}

TEST_F(FirstFoldTest, FoldsWhatItOwnsByThen) {
  SCOPED_TRACE("RAPPORT_SEED=" + std::to_string(seed_));
  start_held();
  ASSERT_TRUE(folder_->own({Partition{0}, Partition{2}}));
  log_.release();
  const Positions ends = *log_.ends();
  ASSERT_TRUE(wait({{Partition{0}, ends.at(Partition{0})}, {Partition{2}, ends.at(Partition{2})}}));
  EXPECT_FALSE(folder_->view()->positions().contains(Partition{1}));
  EXPECT_EQ(difference(), "");
  // The rows of others come record by record.
  ASSERT_TRUE(folder_->own({Partition{0}, Partition{1}, Partition{2}, Partition{3}}));
  ASSERT_TRUE(wait_level());
  EXPECT_EQ(difference(), "");
}

TEST_F(FirstFoldTest, OfAnotherGenerationWhereTheLiveOneWasExchanged) {
  SCOPED_TRACE("RAPPORT_SEED=" + std::to_string(seed_));
  start_held();
  ASSERT_TRUE(folder_->between_steps([&](const auto& live) -> Result<std::shared_ptr<Generation>> {
    std::shared_ptr<Generation> other = *Generation::open({.directory = directory_.path() / "other rows"});
    RAPPORT_TRY(refold_steps(*embedded_, *other, live->view()->positions(), {}));
    return other;
  }));
  log_.release();
  ASSERT_TRUE(wait_level());
  EXPECT_EQ(difference(), "");
}

TEST_F(FirstFoldTest, GoesRecordByRecordWhereAPartitionCannotBeRead) {
  SCOPED_TRACE("RAPPORT_SEED=" + std::to_string(seed_));
  log_.broken = Partition{1};
  start();
  Positions others = *log_.ends();
  others.erase(Partition{1});
  ASSERT_TRUE(wait(others));
  EXPECT_EQ(difference(), "");
  const auto broken = wait({{Partition{1}, Offset{0}}});
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, Errc::corrupt);
  EXPECT_THAT(heard(), testing::Contains(testing::HasSubstr("is of no use: corrupt: partition: cannot be read")));
}

TEST_F(FirstFoldTest, WaitsForALogThatIsAwayWhenItIsToGoOn) {
  SCOPED_TRACE("RAPPORT_SEED=" + std::to_string(seed_));
  start_held();
  wait_until([this] { return log_.readers == 1; });  // that of the first fold
  log_.away = true;
  log_.release();
  wait_until([this] { return folder_->view()->positions().size() > 1; });
  append(model::random_history({.seed = seed_ + 1, .records = 10, .partitions = kPartitions}));
  EXPECT_FALSE(folder_->status().halted);
  log_.away = false;
  ASSERT_TRUE(wait_level());
  EXPECT_EQ(difference(), "");
}

TEST_F(FirstFoldTest, IsStoppedWithItsFolderAndBeginsAnewAtTheNextStart) {
  SCOPED_TRACE("RAPPORT_SEED=" + std::to_string(seed_));
  start_held();
  auto stopping = std::async(std::launch::async, [&] { folder_.reset(); });
  ASSERT_EQ(stopping.wait_for(kPatience), std::future_status::ready);
  EXPECT_TRUE(generation_->is_new());
  generation_.reset();
  // As a kill leaves it.
  std::filesystem::create_directories(directory_.path() / "rows" / "build" / "sort");
  open();
  EXPECT_FALSE(std::filesystem::exists(generation_->build_directory()));
  log_.release();
  start();
  ASSERT_TRUE(wait_level());
  EXPECT_EQ(difference(), "");
  EXPECT_FALSE(std::filesystem::exists(generation_->build_directory()));
  EXPECT_EQ(heard().size(), 2u) << "both were first folds";
}

TEST_F(FirstFoldTest, IsNotWorthItForAFewRecords) {
  const Positions ends = *log_.ends();
  EXPECT_TRUE(first_fold_due(log_, *generation_, std::nullopt, 100));
  EXPECT_FALSE(first_fold_due(log_, *generation_, std::nullopt, 1'000));
  EXPECT_FALSE(first_fold_due(log_, *generation_, std::set<Partition>{}, 1));
  ASSERT_TRUE(refold_steps(log_, *generation_, {{Partition{0}, Offset{0}}}, {}));
  EXPECT_FALSE(first_fold_due(log_, *generation_, std::nullopt, 100)) << "some of it is folded";
}

}  // namespace
}  // namespace rapport
