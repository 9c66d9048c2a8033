#include "engine/fold/folder.h"

#include <gmock/gmock.h>

#include <future>

#include "engine/log/embedded_log.h"
#include "engine/log/log_opened.h"
#include "events/event_encoder.h"
#include "projections/contact_row.h"
#include "projections/key_layout.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{30};

class FolderTest : public testing::Test {
 protected:
  void SetUp() override { open(); }

  void open(ContactApply apply_to_contact = apply) {
    auto log = EmbeddedLog::open({.directory = directory_.path() / "log", .partition_count = 2});
    ASSERT_TRUE(log) << to_string(log.error());
    log_ = *std::move(log);
    auto generation = Generation::open({.directory = directory_.path() / "rows", .apply_to_contact = apply_to_contact});
    ASSERT_TRUE(generation) << to_string(generation.error());
    generation_ = *std::move(generation);
  }

  void start(FolderOptions options = {}) {
    auto folder = Folder::start(*log_, generation_, options);
    ASSERT_TRUE(folder) << to_string(folder.error());
    folder_ = *std::move(folder);
  }

  void close() {
    folder_.reset();
    generation_.reset();
    log_.reset();
  }

  // How the streams' records ended; the control stream has one of the log's own.
  OutcomeCounts counts() const {
    OutcomeCounts out;
    for (const auto& [partition, checkpoint] : folder_->view()->checkpoints()) {
      if (partition != kControlPartition) out += checkpoint.counts;
    }
    return out;
  }

  // Sets the contact's name, at second `at`.
  Event named(std::uint64_t contact, int at, const std::string& name) {
    ContactChanged changed;
    changed.fields.emplace_back("name", JsonText{"\"" + name + "\""});
    return make_event("e" + std::to_string(++events_), "test", EventType::contact_changed, ContactId{contact},
                      Timestamp{at * 1'000}, changed);
  }

  std::vector<LogPosition> append(std::string_view key, const std::string& value) {
    auto positions = append_and_wait(*log_, {{log_->partition_of(key), std::string(key), value}});
    EXPECT_TRUE(positions) << to_string(positions.error());
    return *positions;
  }
  std::vector<LogPosition> append(const Event& event) { return append(to_string(event.subject), encode_event(event)); }

  Result<void> wait(const std::vector<LogPosition>& positions, milliseconds patience = kPatience) {
    Positions wanted;
    for (const LogPosition& position : positions) advance(wanted, position);
    return folder_->wait_folded(wanted, steady_clock::now() + patience);
  }

  std::string name_of(std::uint64_t contact) {
    const auto view = folder_->view();
    const auto row = view->store().get(state_key(stream_key(ContactId{contact})), view->at());
    if (!row || !*row) return "no row";
    const auto state = decode_contact(**row);
    const auto found = state->fields.find("name");
    return found == state->fields.end() ? "no name" : found->second.value.text;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<EmbeddedLog> log_;
  std::shared_ptr<Generation> generation_;
  std::unique_ptr<Folder> folder_;
  int events_ = 0;
};

TEST_F(FolderTest, ShowsAnEventOnceItsPositionIsFolded) {
  start();
  ASSERT_TRUE(wait(append(named(1, 1, "Ada"))));
  EXPECT_EQ(name_of(1), "\"Ada\"");
  ASSERT_TRUE(wait(append(named(1, 2, "Ada L."))));
  EXPECT_EQ(name_of(1), "\"Ada L.\"");
}

TEST_F(FolderTest, FoldsWhatWasThereBeforeItStarted) {
  const auto positions = append(named(1, 1, "Ada"));
  start();
  ASSERT_TRUE(wait(positions));
  EXPECT_EQ(name_of(1), "\"Ada\"");
}

TEST_F(FolderTest, GoesOnAtItsCheckpointAfterARestart) {
  start();
  const Event first = named(1, 1, "Ada");
  ASSERT_TRUE(wait(append(first)));
  close();
  open();
  start();
  ASSERT_TRUE(wait(append(named(1, 2, "Ada L."))));
  EXPECT_EQ(name_of(1), "\"Ada L.\"");
  EXPECT_EQ(folder_->status().records, 1u);
  EXPECT_EQ(counts().accepted, 2u);
}

TEST_F(FolderTest, FoldsThePartitionsItOwnsEachFromItsOwnCheckpoint) {
  std::uint64_t in[2] = {0, 0};  // a contact in each partition
  for (std::uint64_t id = 1; in[0] == 0 || in[1] == 0; ++id) {
    in[log_->partition_of(to_string(Subject{ContactId{id}})).value] = id;
  }
  start({.partitions = std::set<Partition>{}});
  const auto zero = append(named(in[0], 1, "Ada"));
  const auto one = append(named(in[1], 1, "Bob"));
  ASSERT_TRUE(folder_->own({Partition{0}}));
  ASSERT_TRUE(wait(zero));
  EXPECT_EQ(name_of(in[0]), "\"Ada\"");
  EXPECT_EQ(name_of(in[1]), "no row");
  EXPECT_EQ(folder_->status().partitions.size(), 2u) << "the control stream, and what is owned";

  ASSERT_TRUE(folder_->own({Partition{1}}));
  ASSERT_TRUE(wait(one));
  const auto missed = append(named(in[0], 2, "Ada L."));
  EXPECT_EQ(name_of(in[1]), "\"Bob\"");
  ASSERT_TRUE(wait(append(named(in[1], 2, "Bob B."))));
  EXPECT_EQ(name_of(in[0]), "\"Ada\"") << "it is another's now";

  ASSERT_TRUE(folder_->own({Partition{0}, Partition{1}}));
  ASSERT_TRUE(wait(missed));
  EXPECT_EQ(name_of(in[0]), "\"Ada L.\"");
  EXPECT_EQ(counts().accepted, 4u);
  EXPECT_EQ(counts().records(), 4u) << "none was folded twice";
}

TEST_F(FolderTest, SaysHowRecordsEnded) {
  start();
  const Event event = named(1, 1, "Ada");
  const auto first = append(event);
  const auto second = append(event);
  const auto poison = append("contact/7", "{not json");
  ASSERT_TRUE(wait({first[0], second[0], poison[0]}));
  const std::vector<LogPosition> asked{poison[0], second[0], first[0], {Partition{0}, Offset{99}}};
  const auto outcomes = folder_->outcomes_of(asked);
  ASSERT_TRUE(outcomes[0] && outcomes[1] && outcomes[2]);
  EXPECT_EQ(outcomes[0]->status, OutcomeStatus::parked);
  EXPECT_EQ(outcomes[1]->status, OutcomeStatus::repeated);
  EXPECT_EQ(outcomes[1]->first, first[0].offset);
  EXPECT_EQ(outcomes[2]->status, OutcomeStatus::accepted);
  EXPECT_FALSE(outcomes[3]);
  EXPECT_EQ(counts().records(), 3u);
}

TEST_F(FolderTest, TellsWhoWaitsThatTheDeadlinePassedAndWhereTheFoldStands) {
  start();
  const auto positions = append(named(1, 1, "Ada"));
  ASSERT_TRUE(wait(positions));
  const auto result = wait({{positions[0].partition, Offset{1'000}}}, milliseconds(10));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::wait_timeout);
  EXPECT_THAT(result.error().detail,
              testing::HasSubstr(to_string(PositionToken{log_->id(), folder_->view()->positions()})));
}

TEST_F(FolderTest, TellsWhoWaitsThatItStops) {
  start();
  std::promise<Result<void>> told;
  folder_->when_folded({{Partition{0}, Offset{1'000}}}, steady_clock::now() + kPatience,
                       [&](Result<void> result) { told.set_value(std::move(result)); });
  folder_.reset();
  EXPECT_EQ(told.get_future().get().error().code, Errc::shutting_down);
}

TEST_F(FolderTest, RefusesALogWhoseRecordAtTheCheckpointIsAnother) {
  start();
  ASSERT_TRUE(wait(append(named(1, 1, "Ada"))));
  close();
  std::filesystem::remove_all(directory_.path() / "log");
  open();
  for (const std::uint64_t contact : {1, 2, 3}) append(named(contact, 1, "Eve"));
  const auto folder = Folder::start(*log_, generation_, {});
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().code, Errc::corrupt);
}

TEST_F(FolderTest, StatusIsLevelOnceAllIsFolded) {
  start();
  const auto positions = append(named(1, 1, "Ada"));
  ASSERT_TRUE(wait(positions));
  const FoldStatus status = folder_->status();
  ASSERT_EQ(status.partitions.size(), 3u);
  EXPECT_EQ(status.lag_events, 0);
  EXPECT_EQ(status.lag_seconds, 0);
  EXPECT_FALSE(status.halted);
}

// What a bug of ours would be.
Outcome apply_but_for_contact_7(ContactRows& rows, RecordedEvent&& recorded) {
  if (rows.id == ContactId{7}) {
    const Event taken = std::move(recorded.event);
    throw std::logic_error("nobody thought of " + taken.id);
  }
  return apply(rows, std::move(recorded));
}

TEST_F(FolderTest, AnExceptionInApplyHaltsLoudlyNamesTheRecordAndIsNoLossForAMendedProgram) {
  close();
  open(apply_but_for_contact_7);
  std::vector<std::string> said;
  start({.notice = [&](const std::string& line) { said.push_back(line); }});
  ASSERT_TRUE(wait(append(named(1, 1, "Ada"))));
  const auto poison = append(named(7, 1, "Eve"));
  const auto halted = wait(poison);
  ASSERT_FALSE(halted);
  EXPECT_EQ(halted.error().code, Errc::internal);
  const std::string place = "partition " + std::to_string(poison[0].partition.value) + ", offset " +
                            std::to_string(poison[0].offset.value) +
                            " (contact/7, contact.changed): nobody thought of e2";
  EXPECT_THAT(halted.error().detail, testing::HasSubstr(place));
  ASSERT_TRUE(folder_->status().halted);
  EXPECT_EQ(*folder_->status().halted, halted.error());
  EXPECT_EQ(name_of(1), "\"Ada\"") << "reads go on";
  EXPECT_FALSE(wait(append(named(1, 2, "Ada L."))));
  folder_.reset();
  ASSERT_EQ(said.size(), 1u);
  EXPECT_THAT(said[0], testing::HasSubstr(place));

  close();
  open();
  start();
  ASSERT_TRUE(wait(poison));
  EXPECT_EQ(name_of(7), "\"Eve\"");
  EXPECT_EQ(counts().accepted, 3u);
}

TEST_F(FolderTest, ManyRecordsInManyStepsAllArrive) {
  std::vector<NewRecord> records;
  for (int i = 0; i < 2'000; ++i) {
    const Event event = named(static_cast<std::uint64_t>(i % 10 + 1), i, std::to_string(i));
    const std::string key = to_string(event.subject);
    records.push_back({log_->partition_of(key), key, encode_event(event)});
  }
  const auto positions = append_and_wait(*log_, std::move(records));
  ASSERT_TRUE(positions);
  start({.step_records_max = 7});
  ASSERT_TRUE(wait(*positions));
  EXPECT_EQ(counts().accepted, 2'000u);
  EXPECT_EQ(name_of(10), "\"1999\"");
  EXPECT_GE(folder_->status().steps, 2'000u / 7);
}

}  // namespace
}  // namespace rapport
