#include "engine/fold/refold.h"

#include <gmock/gmock.h>

#include "engine/log/embedded_log.h"
#include "projections/generation_compare.h"
#include "projections/key_layout.h"
#include "tests/fold/generated_records.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

class RefoldTest : public testing::Test {
 protected:
  RefoldTest() : log_(*EmbeddedLog::open({.directory = directory_.path() / "log", .partition_count = 3})) {
    EXPECT_TRUE(append_and_wait(*log_, generated_records(*log_, {.events = 3'000, .contacts = 200, .seed = 7})));
  }

  std::unique_ptr<Generation> generation(const std::string& name) {
    auto opened = Generation::open({.directory = directory_.path() / name});
    EXPECT_TRUE(opened) << to_string(opened.error());
    return *std::move(opened);
  }

  // Changes a row behind the generation's back. It must not be open.
  void put(const std::string& name, const std::string& key, std::string_view value) {
    const auto store = Store::open({.directory = directory_.path() / name});
    RowBatch batch;
    batch.put(key, value);
    ASSERT_TRUE((*store)->write(batch, Durability::synced));
  }

  TemporaryDirectory directory_;
  std::unique_ptr<EmbeddedLog> log_;
};

TEST_F(RefoldTest, TwoGenerationsOfOneLogAreTheSameRowsHoweverTheyGotThere) {
  const Positions ends = *log_->ends();
  const auto whole = generation("whole");
  ASSERT_TRUE(refold(*log_, *whole, ends));

  Positions half;
  for (const auto& [partition, end] : ends) half.emplace(partition, Offset{end.value / 2});
  const auto pieces = generation("pieces");
  ASSERT_TRUE(refold(*log_, *pieces, half));
  EXPECT_EQ(pieces->view()->positions(), half);
  ASSERT_TRUE(refold(*log_, *pieces, ends));

  const auto difference = compare_generations(*whole->view(), *pieces->view());
  ASSERT_TRUE(difference);
  EXPECT_GT(difference->rows_compared, 3'000u);
  EXPECT_TRUE(difference->none()) << difference->first[0].subject << " " << difference->first[0].part;
  EXPECT_EQ(total_digest(whole->view()->checkpoints()), total_digest(pieces->view()->checkpoints()));
}

TEST_F(RefoldTest, AComparisonNamesWhatDiffers) {
  const Positions ends = *log_->ends();
  ASSERT_TRUE(refold(*log_, *generation("good"), ends));
  ASSERT_TRUE(refold(*log_, *generation("bad"), ends));
  put("bad", state_key(stream_key(ContactId{1})), "damaged");
  put("bad", timeline_key(stream_key(ContactId{999'999}), {Timestamp{1}, Offset{2}}), "invented");
  put("bad", visit_key(ContactId{2}, "no such visit"), "invented");

  auto bad = Store::open({.directory = directory_.path() / "bad"});
  const View theirs(std::shared_ptr<const Store>(std::move(*bad)), {}, nullptr, {});
  const auto difference = compare_generations(*generation("good")->view(), theirs);
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->rows_different, 3u);
  std::vector<std::string> named;
  for (const RowDifference& row : difference->first) named.push_back(row.subject + " " + row.part + " " + row.how);
  EXPECT_THAT(named, testing::UnorderedElementsAre("contact/1 state different", "contact/999999 timeline extra",
                                                   "contact/2 visits extra"));
}

TEST_F(RefoldTest, ProgressCanStopIt) {
  const auto stopped = refold(*log_, *generation("rows"), *log_->ends(), [](std::uint64_t) { return false; });
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, Errc::shutting_down);
}

TEST(RowName, NamesEveryKindOfRow) {
  const Identity identity{"web", std::string("a\0b", 3)};
  EXPECT_EQ(row_name(state_key(stream_key(Subject{identity}))), (RowName{to_string(Subject{identity}), "state"}));
  EXPECT_EQ(row_name(state_key(stream_key(Subject{CompanyId{7}}))), (RowName{"company/7", "state"}));
  EXPECT_EQ(row_name(case_key(ContactId{3}, "c")), (RowName{"contact/3", "cases"}));
  EXPECT_EQ(row_name(seen_key(stream_key(ContactId{3}), event_name("s", "i", std::nullopt))),
            (RowName{"contact/3", "repeats"}));
  EXPECT_EQ(row_name(parked_key({Partition{0}, Offset{1}})).part, "parked");
  EXPECT_EQ(row_name(control_key(Offset{1})).part, "control");
  EXPECT_EQ(row_name(checkpoint_key(Partition{0})).part, "checkpoint");
  EXPECT_EQ(row_name(bucket_key(Partition{0}, 3)).part, "digest");
  EXPECT_EQ(row_name("").part, "digest");
  EXPECT_EQ(row_name("Sc1").subject, "key 536331");
  EXPECT_EQ(row_name("Zz").part, "unknown");
}

}  // namespace
}  // namespace rapport
