// A generation that was folded stream by stream must hold the very rows of one that was folded record by record.
// RAPPORT_SEED=n to see a failure again.
#include "engine/fold/sorted_refold.h"

#include <gmock/gmock.h>

#include <random>

#include "engine/log/embedded_log.h"
#include "tests/model/random_history.h"
#include "tests/projections/history_fold.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

constexpr std::int32_t kPartitions = 4;
// So little that every part meets its limit within a few records.
constexpr SortedRefoldOptions kTight{
    .sort_bytes = 2'000, .chunk_bytes = 500, .long_step_bytes = 300, .ahead_bytes_max = 1'000};

struct Folded {
  TemporaryDirectory directory{fastest_directory()};
  std::unique_ptr<EmbeddedLog> log;
  std::unique_ptr<Generation> by_stream, by_record;

  explicit Folded(model::History history) {
    log = *EmbeddedLog::open({.directory = directory.path() / "log", .partition_count = kPartitions});
    EXPECT_TRUE(append_and_wait(*log, std::move(history)));
    by_stream = *Generation::open({.directory = directory.path() / "by stream", .unlogged = true});
    by_record = *Generation::open({.directory = directory.path() / "by record"});
  }
};

std::string difference(const Generation& one, const Generation& other) {
  std::string out = row_difference(*one.view(), *other.view());
  if (one.buckets().all() != other.buckets().all()) out += "the buckets differ\n";
  return out;
}

TEST(SortedRefold, GivesTheRowsOfAFoldRecordByRecord) {
  const std::uint64_t first = model::seed_of_this_run();
  for (std::uint64_t seed = first; seed < first + 25; ++seed) {
    SCOPED_TRACE("RAPPORT_SEED=" + std::to_string(seed));
    const model::History history =
        model::random_history({.seed = seed, .records = 100 + seed % 300, .partitions = kPartitions});
    Folded folded(history);
    const Positions ends = *folded.log->ends();
    SortedRefoldOptions options = kTight;
    // Now and then hardly a stream fits in memory.
    if (seed % 3 == 0) options.stream_bytes_max = 200 + seed % 7 * 300;
    const auto whole = refold_sorted(*folded.log, *folded.by_stream, ends, {}, options);
    ASSERT_TRUE(whole) << to_string(whole.error());
    ASSERT_TRUE(refold_steps(*folded.log, *folded.by_record, ends, {}));
    ASSERT_TRUE(folded.by_record->finish_indexes());
    ASSERT_EQ(difference(*folded.by_stream, *folded.by_record), "");

    // It goes on from there as any other, also after it was closed.
    folded.by_stream.reset();
    folded.by_stream = *Generation::open({.directory = folded.directory.path() / "by stream"});
    ASSERT_EQ(difference(*folded.by_stream, *folded.by_record), "");
    ASSERT_TRUE(append_and_wait(*folded.log, history));
    ASSERT_TRUE(refold(*folded.log, *folded.by_stream, *folded.log->ends()));
    ASSERT_TRUE(refold(*folded.log, *folded.by_record, *folded.log->ends()));
    ASSERT_EQ(difference(*folded.by_stream, *folded.by_record), "");
  }
}

// As a catch-up does it: what is missing is folded whole, onto rows that were folded otherwise.
TEST(SortedRefold, FoldsWhatIsMissingOntoTheRowsThatAreThere) {
  const std::uint64_t first = model::seed_of_this_run();
  std::mt19937_64 random(first);
  for (std::uint64_t seed = first; seed < first + 25; ++seed) {
    SCOPED_TRACE("RAPPORT_SEED=" + std::to_string(first) + ", history " + std::to_string(seed));
    Folded folded(model::random_history({.seed = seed, .records = 200 + seed % 300, .partitions = kPartitions}));
    const Positions ends = *folded.log->ends();
    ASSERT_TRUE(refold_steps(*folded.log, *folded.by_record, ends, {}));
    ASSERT_TRUE(folded.by_record->finish_indexes());

    // Each partition up to anywhere: some not at all, some to the end.
    Positions reached{{kControlPartition, ends.at(kControlPartition)}};
    for (const auto& [partition, end] : ends) {
      const auto offset = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(end.value + 2)) - 1;
      if (partition != kControlPartition) reached.emplace(partition, Offset{offset});
    }
    ASSERT_TRUE(refold_steps(*folded.log, *folded.by_stream, reached, {}));
    ASSERT_TRUE(folded.by_stream->finish_indexes());
    SortedRefoldOptions options = kTight;
    if (seed % 2 == 0) options.stream_bytes_max = 200 + seed % 7 * 300;
    {
      SortedRefold rest(*folded.log, folded.by_stream->build_directory(), folded.by_stream->streams_fold(), {},
                        options);
      const auto built = rest.build(reached, ends);
      ASSERT_TRUE(built) << to_string(built.error());
      ASSERT_TRUE(rest.hand_over(*folded.by_stream));
    }
    ASSERT_EQ(difference(*folded.by_stream, *folded.by_record), "");
    ASSERT_EQ(index_fault(*folded.by_stream->view()), "");

    // It goes on from there, also with what it remembers of contacts.
    ASSERT_TRUE(append_and_wait(
        *folded.log, model::random_history({.seed = seed + 1'000, .records = 200, .partitions = kPartitions})));
    ASSERT_TRUE(refold_steps(*folded.log, *folded.by_stream, *folded.log->ends(), {}));
    ASSERT_TRUE(refold_steps(*folded.log, *folded.by_record, *folded.log->ends(), {}));
    ASSERT_TRUE(folded.by_stream->finish_indexes());
    ASSERT_TRUE(folded.by_record->finish_indexes());
    ASSERT_EQ(difference(*folded.by_stream, *folded.by_record), "");
    folded.by_stream.reset();
    folded.by_stream = *Generation::open({.directory = folded.directory.path() / "by stream"});
    ASSERT_EQ(difference(*folded.by_stream, *folded.by_record), "");
  }
}

TEST(SortedRefold, OfALogThatHoldsNothingYet) {
  Folded folded({});
  ASSERT_TRUE(refold(*folded.log, *folded.by_stream, *folded.log->ends()));
  ASSERT_TRUE(refold_steps(*folded.log, *folded.by_record, *folded.log->ends(), {}));
  EXPECT_EQ(difference(*folded.by_stream, *folded.by_record), "");
}

TEST(SortedRefold, StopsAtThePositionsAsked) {
  Folded folded(model::random_history({.seed = 3, .records = 300, .partitions = kPartitions}));
  Positions half;
  for (const auto& [partition, end] : *folded.log->ends()) half.emplace(partition, Offset{end.value / 2});
  ASSERT_TRUE(refold(*folded.log, *folded.by_stream, half));
  EXPECT_EQ(folded.by_stream->view()->positions(), half);
  ASSERT_TRUE(refold_steps(*folded.log, *folded.by_record, half, {}));
  ASSERT_TRUE(folded.by_record->finish_indexes());
  EXPECT_EQ(difference(*folded.by_stream, *folded.by_record), "");
}

// A busy contact among others: its rows are those of a fold record by record, and what stood on disk meanwhile is gone.
TEST(SortedRefold, FoldsAStreamThatDoesNotFitInMemoryOnDisk) {
  Folded folded(model::random_history({.seed = 3, .records = 3'000, .partitions = kPartitions}));
  const Positions ends = *folded.log->ends();
  SortedRefoldOptions options = kTight;
  options.stream_bytes_max = 4'000;
  std::vector<std::uint64_t> told;
  const auto progress = [&](std::uint64_t records) {
    told.push_back(records);
    return true;
  };
  ASSERT_TRUE(refold_sorted(*folded.log, *folded.by_stream, ends, progress, options));
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  ASSERT_TRUE(refold_steps(*folded.log, *folded.by_record, ends, {}));
  ASSERT_TRUE(folded.by_record->finish_indexes());
  EXPECT_EQ(difference(*folded.by_stream, *folded.by_record), "");
  EXPECT_FALSE(std::filesystem::exists(folded.by_stream->build_directory()));
}

// A kill in the midst of a long stream leaves rows on disk, which the next fold of one must not begin with.
TEST(SortedRefold, FoldsALongStreamAnewThatAKillCutShort) {
  Folded folded(model::random_history({.seed = 3, .records = 3'000, .partitions = kPartitions}));
  const Positions ends = *folded.log->ends();
  {
    Positions half;
    for (const auto& [partition, end] : ends) half.emplace(partition, Offset{end.value / 2});
    const auto left = *Generation::open({.directory = folded.by_stream->build_directory() / "long"});
    ASSERT_TRUE(refold_steps(*folded.log, *left, half, {}));
    ASSERT_TRUE(left->flush());
  }
  SortedRefoldOptions options = kTight;
  options.stream_bytes_max = 4'000;
  ASSERT_TRUE(refold_sorted(*folded.log, *folded.by_stream, ends, {}, options));
  ASSERT_TRUE(refold_steps(*folded.log, *folded.by_record, ends, {}));
  ASSERT_TRUE(folded.by_record->finish_indexes());
  EXPECT_EQ(difference(*folded.by_stream, *folded.by_record), "");
}

TEST(SortedRefold, TellsItsProgressAndCanBeStoppedAtAnyPoint) {
  const model::History history = model::random_history({.seed = 3, .records = 300, .partitions = kPartitions});
  std::vector<std::uint64_t> told;
  {
    Folded folded(history);
    ASSERT_TRUE(refold_sorted(
        *folded.log, *folded.by_stream, *folded.log->ends(),
        [&](std::uint64_t records) {
          told.push_back(records);
          return true;
        },
        kTight));
    EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
    // Of the control stream, which is folded before, nothing is told.
    EXPECT_GT(told.back(), 200u);
    EXPECT_LE(told.back(), 300u);
    ASSERT_GT(told.size(), 5u);
  }
  for (std::size_t stop : {std::size_t{0}, std::size_t{1}, told.size() / 2, told.size() - 1}) {
    Folded folded(history);
    const auto stopped = refold_sorted(
        *folded.log, *folded.by_stream, *folded.log->ends(), [&](std::uint64_t) { return stop-- != 0; }, kTight);
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code, Errc::shutting_down);
    EXPECT_TRUE(folded.by_stream->is_new());
    EXPECT_FALSE(std::filesystem::exists(folded.by_stream->build_directory()));
    // And begun anew.
    ASSERT_TRUE(refold(*folded.log, *folded.by_stream, *folded.log->ends()));
    EXPECT_EQ(folded.by_stream->view()->positions(), *folded.log->ends());
  }
}

TEST(SortedRefold, AnExceptionInTheFoldNamesTheRecord) {
  Folded folded(model::random_history({.seed = 3, .records = 50, .partitions = kPartitions}));
  const auto throwing = *Generation::open(
      {.directory = folded.directory.path() / "throws",
       .apply_to_contact = [](ContactRows&, RecordedEvent&&) -> Outcome { throw std::runtime_error("a bug"); }});
  const auto failed = refold(*folded.log, *throwing, *folded.log->ends());
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Errc::internal);
  EXPECT_THAT(failed.error().detail, testing::AllOf(testing::HasSubstr("offset"), testing::HasSubstr("a bug")));
}

}  // namespace
}  // namespace rapport
