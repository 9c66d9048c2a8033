// A folder that begins far behind its log, for the first time or not: the rows of a fold record by record, while it
// goes on with all else. RAPPORT_SEED=n to see a failure again.
#include "engine/fold/catch_up.h"

#include <gmock/gmock.h>

#include <future>
#include <mutex>

#include "engine/fold/folder.h"
#include "engine/log/embedded_log.h"
#include "events/event_encoder.h"
#include "tests/fold/held_log.h"
#include "tests/model/random_history.h"
#include "tests/projections/history_fold.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{60};
constexpr std::int32_t kPartitions = 4;

class CatchUpTest : public testing::Test {
 protected:
  CatchUpTest()
      : embedded_(*EmbeddedLog::open({.directory = directory_.path() / "log", .partition_count = kPartitions})),
        log_(*embedded_) {
    open();
    append(model::random_history({.seed = seed_, .records = 600, .partitions = kPartitions}));
  }

  void open() { generation_ = *Generation::open({.directory = directory_.path() / "rows"}); }
  void append(const std::vector<NewRecord>& records) { ASSERT_TRUE(append_and_wait(*embedded_, records)); }
  void start(std::optional<std::set<Partition>> partitions = std::nullopt, std::size_t step_records_max = 50'000) {
    auto folder = Folder::start(log_, generation_,
                                {.step_records_max = step_records_max,
                                 .catch_up_records_min = 100,
                                 .partitions = std::move(partitions),
                                 .notice = [this](const std::string& line) { hear(line); }});
    ASSERT_TRUE(folder) << to_string(folder.error());
    folder_ = *std::move(folder);
  }
  // With the log held: the catch-up is under way, and will be until the log is released.
  void start_held(std::optional<std::set<Partition>> partitions = std::nullopt, std::size_t step_records_max = 50'000) {
    log_.hold();
    start(std::move(partitions), step_records_max);
    EXPECT_TRUE(folder_->status().catch_up);
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

  // As a process that was away while so many records came.
  void come_back_behind(std::size_t records) {
    folder_.reset();
    generation_.reset();
    append(model::random_history({.seed = ++last_seed_, .records = records, .partitions = kPartitions}));
    open();
  }

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
  std::uint64_t last_seed_ = seed_;
  const TemporaryDirectory directory_{fastest_directory()};
  const std::unique_ptr<EmbeddedLog> embedded_;
  HeldLog log_;
  std::shared_ptr<Generation> generation_;
  std::mutex mutex_;
  std::vector<std::string> heard_;
  std::unique_ptr<Folder> folder_;
};

TEST_F(CatchUpTest, GivesTheRowsOfAFoldRecordByRecordAndGoesOnFromThere) {
  SCOPED_TRACE("RAPPORT_SEED=" + std::to_string(seed_));
  start();
  ASSERT_TRUE(wait_level());
  EXPECT_EQ(difference(), "");
  EXPECT_FALSE(folder_->status().catch_up);
  EXPECT_EQ(folder_->status().lag_events, 0);
  EXPECT_THAT(heard(), testing::ElementsAre(testing::HasSubstr("nothing was folded yet")));

  append(model::random_history({.seed = seed_ + 1, .records = 300, .partitions = kPartitions}));
  ASSERT_TRUE(wait_level());
  EXPECT_EQ(difference(), "");

  // What comes while it folds is no reason to do so again.
  EXPECT_EQ(heard().size(), 1u);
}

TEST_F(CatchUpTest, GivesTheRowsOfAFoldRecordByRecordToWhoWasAway) {
  SCOPED_TRACE("RAPPORT_SEED=" + std::to_string(seed_));
  start();
  ASSERT_TRUE(wait_level());
  for (int times = 1; times <= 3; ++times) {
    come_back_behind(300);
    start();
    const auto before = folder_->view();
    ASSERT_TRUE(wait_level());
    EXPECT_EQ(difference(), "");
    EXPECT_THAT(heard().back(), testing::StartsWith("far behind: reads show ")) << times;
    EXPECT_EQ(heard().size(), 1u + times);
    folder_.reset();
    EXPECT_FALSE(std::filesystem::exists(generation_->build_directory()));
    const TemporaryDirectory directory{fastest_directory()};
    const auto as_before = *Generation::open({.directory = directory.path()});
    ASSERT_TRUE(refold_steps(*embedded_, *as_before, before->positions(), {}));
    EXPECT_EQ(row_difference(*before, *as_before->view()), "") << "a view from before it shows what it showed";
  }
  come_back_behind(50);
  start();
  ASSERT_TRUE(wait_level());
  EXPECT_EQ(difference(), "");
  EXPECT_EQ(heard().size(), 4u) << "not for a few records";
}

TEST_F(CatchUpTest, BeginsWhereMoreComesThanStepsFold) {
  SCOPED_TRACE("RAPPORT_SEED=" + std::to_string(seed_));
  start(std::nullopt, 10);
  ASSERT_TRUE(wait_level());
  for (std::size_t times = 2; times <= 5; ++times) {
    log_.hold();
    append(model::random_history({.seed = ++last_seed_, .records = 400, .partitions = kPartitions}));
    wait_until([this] { return folder_->status().lag_events > 300; });
    log_.release();
    wait_until([this] { return folder_->view()->positions() == *log_.ends(); });
    EXPECT_EQ(difference(), "");
    EXPECT_EQ(heard().size(), times) << "it is no failure that counts";
    EXPECT_THAT(heard().back(), testing::StartsWith("far behind"));
  }
}

// Who published is told how it ended, which a catch-up does not remember.
TEST_F(CatchUpTest, DoesNotBeginBehindStepsWhileSomebodyWaits) {
  start(std::nullopt, 10);
  ASSERT_TRUE(wait_level());
  log_.hold();
  append(model::random_history({.seed = ++last_seed_, .records = 400, .partitions = kPartitions}));
  const Positions ends = *log_.ends();
  auto waiting = std::async(std::launch::async, [&] { return wait(ends); });
  wait_until([this] { return folder_->status().lag_events > 300; });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // by then it waits
  log_.release();
  ASSERT_TRUE(waiting.get());
  EXPECT_EQ(heard().size(), 1u);
  const LogPosition last{Partition{0}, ends.at(Partition{0})};
  EXPECT_TRUE(folder_->outcomes_of({&last, 1})[0]);
}

TEST_F(CatchUpTest, ServesWhatWasFoldedBeforeMeanwhile) {
  start();
  ASSERT_TRUE(wait_level());
  come_back_behind(300);
  const Positions before = generation_->view()->positions();
  log_.hold();
  start();
  wait_until([this] { return heard().size() == 2; });
  ASSERT_TRUE(folder_->status().catch_up);
  EXPECT_FALSE(folder_->status().catch_up->is_first);
  EXPECT_GT(folder_->status().catch_up->total, 200u);
  for (const auto& [partition, offset] : before) {
    if (partition == kControlPartition) continue;
    EXPECT_EQ(folder_->view()->positions().at(partition), offset);
  }
}

TEST_F(CatchUpTest, BeginsAgainWhereAContactWasMendedMeanwhile) {
  SCOPED_TRACE("RAPPORT_SEED=" + std::to_string(seed_));
  start();
  ASSERT_TRUE(wait_level());
  come_back_behind(300);
  log_.hold();
  start();
  wait_until([this] { return heard().size() == 2; });
  ASSERT_TRUE(folder_->between_steps([](const auto& live) -> Result<std::shared_ptr<Generation>> {
    const Subject contact{ContactId{1}};
    const auto partition_of = [](const std::string& key) { return model::partition_of_key(key, kPartitions); };
    const Partition own = partition_of(to_string(contact));
    const auto truth = live->view();
    const auto in_partition = [&](const std::string& key) { return partition_of(key) == own; };
    RAPPORT_TRY(live->mend({.contact = ContactId{1}, .partition = own, .truth = *truth, .in_partition = in_partition}));
    return live;
  }));
  log_.release();
  ASSERT_TRUE(wait_level());
  EXPECT_EQ(difference(), "");
  EXPECT_THAT(heard(), testing::ElementsAre(testing::_, testing::HasSubstr("far behind"),
                                            testing::HasSubstr("a contact was mended meanwhile"),
                                            testing::HasSubstr("far behind")));
}

// Who publishes to partitions that are level waits for nobody who comes behind.
TEST_F(CatchUpTest, LeavesThoseThatAreFollowedAsTheyAre) {
  SCOPED_TRACE("RAPPORT_SEED=" + std::to_string(seed_));
  start(std::set<Partition>{Partition{0}});
  ASSERT_TRUE(wait({{Partition{0}, log_.ends()->at(Partition{0})}}));
  const std::size_t heard_before = heard().size();
  ASSERT_TRUE(folder_->own({Partition{0}, Partition{1}, Partition{2}, Partition{3}}));
  ASSERT_TRUE(wait_level());
  EXPECT_EQ(difference(), "");
  EXPECT_EQ(heard().size(), heard_before);
  // Others in their place are caught up with.
  ASSERT_TRUE(folder_->own({}));
  append(model::random_history({.seed = seed_ + 1, .records = 300, .partitions = kPartitions}));
  ASSERT_TRUE(folder_->own({Partition{0}, Partition{1}, Partition{2}, Partition{3}}));
  ASSERT_TRUE(wait_level());
  EXPECT_EQ(difference(), "");
  EXPECT_EQ(heard().size(), heard_before + 1);
}

TEST_F(CatchUpTest, LeavesAnOlderViewAsItIs) {
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
TEST_F(CatchUpTest, ItsFilesStayAsTheyAre) {
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

TEST_F(CatchUpTest, LeavesTheControlStreamAndWhoComesBetweenStepsNoWait) {
  start_held(std::nullopt, 10);
  wait_until([this] { return log_.readers == 1; });
  EXPECT_GT(folder_->status().lag_events, 500);
  EXPECT_EQ(folder_->status().catch_up->records, 0u);
  EXPECT_LE(folder_->status().catch_up->total, 600u);
  const LogPosition declared = declare(900, "brought meanwhile");
  EXPECT_TRUE(wait({{declared.partition, declared.offset}}));
  EXPECT_TRUE(folder_->between_steps([](const auto& live) -> Result<std::shared_ptr<Generation>> { return live; }));
  EXPECT_EQ(log_.readers, 1) << "it has begun anew";
  const auto too_early = folder_->wait_folded(*log_.ends(), steady_clock::now() + std::chrono::milliseconds(10));
  ASSERT_FALSE(too_early);
  EXPECT_EQ(too_early.error().code, Errc::wait_timeout);
}

TEST_F(CatchUpTest, BeginsAgainWhereOtherIndexesAreDeclaredMeanwhile) {
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

TEST_F(CatchUpTest, FoldsWhatItOwnsByThen) {
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

TEST_F(CatchUpTest, OfAnotherGenerationWhereTheLiveOneWasExchanged) {
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

TEST_F(CatchUpTest, GoesRecordByRecordWhereAPartitionCannotBeRead) {
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

TEST_F(CatchUpTest, WaitsForALogThatIsAwayWhenItIsToGoOn) {
  SCOPED_TRACE("RAPPORT_SEED=" + std::to_string(seed_));
  start_held();
  wait_until([this] { return log_.readers == 1; });  // that of the catch-up
  log_.away = true;
  log_.release();
  wait_until([this] { return folder_->view()->positions().size() > 1; });
  append(model::random_history({.seed = seed_ + 1, .records = 10, .partitions = kPartitions}));
  EXPECT_FALSE(folder_->status().halted);
  log_.away = false;
  ASSERT_TRUE(wait_level());
  EXPECT_EQ(difference(), "");
}

TEST_F(CatchUpTest, IsStoppedWithItsFolderAndBeginsAnewAtTheNextStart) {
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
  folder_.reset();
  EXPECT_FALSE(std::filesystem::exists(generation_->build_directory()));
  EXPECT_THAT(heard(), testing::Each(testing::HasSubstr("nothing was folded yet")));
  EXPECT_EQ(heard().size(), 2u);
}

TEST_F(CatchUpTest, IsNotWorthItForAFewRecords) {
  const Positions ends = *log_.ends();
  EXPECT_TRUE(catch_up_due(log_, *generation_, std::nullopt, 100));
  EXPECT_FALSE(catch_up_due(log_, *generation_, std::nullopt, 1'000));
  EXPECT_FALSE(catch_up_due(log_, *generation_, std::set<Partition>{}, 1));
  ASSERT_TRUE(refold_steps(log_, *generation_, {{Partition{0}, Offset{0}}}, {}));
  const auto due = catch_up_due(log_, *generation_, std::nullopt, 100);
  ASSERT_TRUE(due);
  EXPECT_FALSE(due->is_first);
  EXPECT_EQ(due->after, (Positions{{Partition{0}, Offset{0}}}));
}

}  // namespace
}  // namespace rapport
