#include "projections/generation.h"

#include <gtest/gtest.h>

#include <fstream>

#include "projections/generation_compare.h"
#include "projections/key_layout.h"
#include "projections/store/durable_file.h"
#include "tests/model/history.h"
#include "tests/projections/history_fold.h"
#include "tests/projections/told.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

constexpr Timestamp kTime{1'767'225'600'000};

NewRecord note(const std::string& id, std::uint64_t contact, std::int64_t after_ms = 0) {
  const Timestamp time{kTime.ms + after_ms};
  return model::record_of_event(
      make_event(id, "crm", EventType::note_added, ContactId{contact}, time, NoteAdded{"hello", {}}), kTime,
      kPartitions);
}

class GenerationTest : public testing::Test {
 protected:
  std::filesystem::path rows() const { return directory_.path() / "rows"; }
  Result<std::unique_ptr<Generation>> open() const { return Generation::open({.directory = rows()}); }

  void put(const std::string& key, const std::string& value) const {
    auto store = Store::open({.directory = rows()});
    ASSERT_TRUE(store);
    RowBatch batch;
    batch.put(key, value);
    ASSERT_TRUE((*store)->write(batch, Durability::buffered));
  }

  TemporaryDirectory directory_{fastest_directory()};
};

FoldRecord note_of(std::uint64_t contact, std::int64_t offset) {
  FoldRecord record;
  record.recorded = {{Partition{0}, Offset{offset}}, kTime, {}};
  record.recorded.event =
      make_event("n", "crm", EventType::note_added, ContactId{contact}, kTime, NoteAdded{"hello", {}});
  return record;
}

TEST_F(GenerationTest, IsEmptyWhereThereWasNone) {
  const auto generation = open();
  ASSERT_TRUE(generation) << to_string(generation.error());
  EXPECT_TRUE((*generation)->view()->checkpoints().empty());
  EXPECT_EQ(total_digest((*generation)->view()->checkpoints()), Digest{});
}

TEST_F(GenerationTest, IsHeldByOneProcessAtATime) {
  const auto generation = open();
  ASSERT_TRUE(generation);
  const auto second = open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::locked);
  EXPECT_EQ(second.error().field, rows().string());
}

// Rows in them would outlive an erasure.
TEST_F(GenerationTest, KeepsNothingThatAKillLeftOfAStepOrABuild) {
  ASSERT_TRUE(open());
  std::filesystem::create_directories(rows() / "build" / "sort");
  for (const char* file : {"step.rows", "build/0.rows", "build/sort/run-0"})
    ASSERT_TRUE(replace_text(rows() / file, "x"));
  const auto generation = open();
  ASSERT_TRUE(generation);
  EXPECT_FALSE(std::filesystem::exists(rows() / "step.rows"));
  EXPECT_FALSE(std::filesystem::exists(rows() / "build"));
}

TEST_F(GenerationTest, OfAnotherFoldVersionIsNotFoldedOn) {
  put(checkpoint_key(Partition{0}), encode_checkpoint({.offset = Offset{4}, .fold_version = kFoldVersion + 1}));
  const auto generation = open();
  ASSERT_FALSE(generation);
  EXPECT_EQ(generation.error().code, Errc::wrong_format);
}

TEST_F(GenerationTest, SaysThatItsOwnRowsAreDamaged) {
  const std::vector<std::string> keys{checkpoint_key(Partition{0}), bucket_key(Partition{0}, 1),
                                      control_key(Offset{0})};
  for (const std::string& key : keys) {
    TemporaryDirectory other(fastest_directory());
    {
      auto store = Store::open({.directory = other.path() / "rows"});
      RowBatch batch;
      batch.put(key, "\xff");
      ASSERT_TRUE((*store)->write(batch, Durability::buffered));
    }
    const auto generation = Generation::open({.directory = other.path() / "rows"});
    ASSERT_FALSE(generation);
    EXPECT_EQ(generation.error().code, Errc::corrupt);
  }
}

TEST_F(GenerationTest, FoldsNothingOntoADamagedContact) {
  put(state_key(stream_key(ContactId{42})), "\x01\xff");
  const auto generation = open();
  ASSERT_TRUE(generation);
  std::vector<FoldRecord> records{note_of(7, 0), note_of(42, 1)};
  const auto outcomes = (*generation)->fold(records);
  ASSERT_FALSE(outcomes);
  EXPECT_EQ(outcomes.error().code, Errc::corrupt);
  EXPECT_NE(outcomes.error().detail.find("contact 42"), std::string::npos);
  EXPECT_TRUE((*generation)->view()->checkpoints().empty());
}

void damage(const std::filesystem::path& file, std::streamoff at) {
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekp(at).write("damaged", 7);
  ASSERT_TRUE(bytes.good()) << file;
}

// Index rows stand before all others: the contact's own can be read, and the mend fails when it comes to those.
TEST_F(GenerationTest, AMendThatFailsChangesNothing) {
  {
    const auto made = open();
    std::vector<FoldRecord> records;
    for (std::int64_t i = 0; i < 1'000; ++i) records.push_back(note_of(static_cast<std::uint64_t>(i) + 1, i));
    ASSERT_TRUE((*made)->fold(records));
    ASSERT_TRUE((*made)->flush());
  }
  for (const auto& entry : std::filesystem::directory_iterator(rows())) {
    if (entry.path().extension() == ".sst") damage(entry.path(), 40'000);
  }
  const auto generation = open();
  ASSERT_TRUE(generation) << to_string(generation.error());
  const auto nothing = Generation::open({.directory = directory_.path() / "nothing"});
  const auto before = (*generation)->buckets().all();
  const auto mended =
      (*generation)->mend({ContactId{7}, Partition{0}, *(*nothing)->view(), [](const auto&) { return true; }});
  ASSERT_FALSE(mended);
  EXPECT_EQ(mended.error().code, Errc::corrupt);
  EXPECT_EQ((*generation)->buckets().all(), before);
  std::vector<FoldRecord> next{note_of(5'000, 1'000)};
  ASSERT_TRUE((*generation)->fold(next));
  EXPECT_EQ((*generation)->view()->checkpoints().at(Partition{0}).contacts, 1'001u);
}

TEST_F(GenerationTest, AViewStaysWhatItWas) {
  const auto generation = open();
  ASSERT_TRUE(generation);
  std::vector<FoldRecord> first{note_of(1, 0)}, second{note_of(2, 1)};
  ASSERT_TRUE((*generation)->fold(first));
  const auto view = (*generation)->view();
  ASSERT_TRUE((*generation)->fold(second));
  EXPECT_EQ(view->checkpoints().at(Partition{0}).offset, Offset{0});
  const std::string key = state_key(stream_key(ContactId{2}));
  EXPECT_FALSE(view->store().get(key, view->at())->has_value());
  EXPECT_TRUE((*generation)->view()->store().get(key)->has_value());
}

TEST(GenerationCompare, NamesWhoDiffersAndHow) {
  const HistoryFold ours({note("a", 1), note("b", 2)}), theirs({note("a", 1), note("b", 3)});
  const auto difference = compare_generations(*ours.view(), *theirs.view());
  ASSERT_TRUE(difference);
  EXPECT_FALSE(difference->none());
  std::map<std::string, std::string> how;
  for (const RowDifference& row : difference->first) how[row.subject + " " + row.part] = row.how;
  EXPECT_EQ(how.at("contact/2 state"), "missing");
  EXPECT_EQ(how.at("contact/2 timeline"), "missing");
  EXPECT_EQ(how.at("contact/3 state"), "extra");
  EXPECT_FALSE(how.contains("contact/1 state"));
}

TEST(GenerationCompare, LeavesOutAnIndexThatIsBeingFilled) {
  const auto indexed = [](std::string key) {
    const AttributeDefined defined{.id = 1, .key = std::move(key), .indexed = true};
    return model::record_of_event(
        make_event("i", "crm", EventType::attribute_defined, ControlSubject{}, kTime, defined), kTime, kPartitions);
  };
  const model::History history{note("a", 1), note("b", 2), indexed("plan")};
  std::shared_ptr<const View> filling;
  const HistoryFold live(history, {.ends = {2}, .behind_each = [&](const auto& view) { filling = view; }});
  const HistoryFold whole(history), other({note("a", 1), note("b", 3), indexed("plan")});
  ASSERT_TRUE(filling->indexes().first_unfilled());
  ASSERT_FALSE(whole.view()->indexes().first_unfilled());
  EXPECT_TRUE(compare_generations(*whole.view(), *filling)->none());
  EXPECT_TRUE(compare_generations(*filling, *whole.view())->none());
  EXPECT_FALSE(compare_generations(*other.view(), *filling)->none());
}

TEST(GenerationCompare, NamesNoMoreThanItMay) {
  model::History history;
  for (std::uint64_t id = 1; id <= 20; ++id) history.push_back(note("n", id));
  const HistoryFold ours(history), theirs({});
  const auto difference = compare_generations(*ours.view(), *theirs.view(), 5);
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->first.size(), 5u);
  EXPECT_GE(difference->rows_different, 40u);
}

// A thousand events at one time: each must still be known when it is told again, by two look-ups.
TEST(SeenLookup, KnowsEveryEventOfACrowdedMoment) {
  model::History history;
  for (int i = 0; i < 2'000; ++i) history.push_back(note("n" + std::to_string(i % 1'000), 1));
  for (const Cuts& cuts :
       {Cuts{}, Cuts{.ends = {1'000}}, Cuts{.ends = {1, 500, 1'001}, .cached_states_bytes_max = 0}}) {
    const HistoryFold folded(history, cuts);
    const OutcomeCounts counts = total_counts(folded.view()->checkpoints());
    EXPECT_EQ(counts, (OutcomeCounts{.accepted = 1'000, .repeated = 1'000}));
  }
}

// Of a large step one half of the contacts is folded beside the other, of a small one all are folded in turn.
TEST(FoldStep, DoesNotShowThatItWasDivided) {
  const std::uint64_t seed = model::seed_of_this_run();
  const model::History history = model::random_history(
      {.seed = seed, .records = 8'000, .cast = {.contacts = 700, .companies = 10, .identities = 40}});
  Cuts small;
  for (std::size_t end = 1'000; end < history.size(); end += 1'000) small.ends.push_back(end);
  const HistoryFold in_turn(history, small);
  const HistoryFold divided(history, {.ends = {4'000}, .cached_states_bytes_max = 300'000, .file_step_bytes_min = 1});
  EXPECT_EQ(row_difference(*divided.view(), *in_turn.view()), "") << "RAPPORT_SEED=" << seed;
  EXPECT_EQ(index_fault(*divided.view()), "") << "RAPPORT_SEED=" << seed;
  EXPECT_TRUE(divided.outcomes() == in_turn.outcomes()) << "RAPPORT_SEED=" << seed;
}

}  // namespace
}  // namespace rapport
