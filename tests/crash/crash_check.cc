#include "tests/crash/crash_check.h"

#include <gtest/gtest.h>

#include <map>

#include "engine/fold/record_decoder.h"
#include "engine/fold/refold.h"
#include "projections/generation_compare.h"
#include "tests/crash/numbered_event.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

// Every event of the log, by number, and how often it stands there.
std::map<std::uint64_t, int> events_of(EventLog& log) {
  std::map<std::uint64_t, int> out;
  Positions ends = *log.ends(), after;
  ends.erase(kControlPartition);
  for (const auto& [partition, end] : ends) after.emplace(partition, Offset{});
  const auto reader = *log.open_reader(after);
  RecordDecoder decoder(log);
  RecordBatch batch;
  while (!covers(reader->positions(), ends)) {
    batch.clear();
    if (const auto read = reader->read({}, batch); !read || !reader->faults().empty()) {
      ADD_FAILURE() << (read ? to_string(reader->faults()[0].error) : to_string(read.error()));
      return out;
    }
    for (const FoldRecord& record : decoder.decode(batch)) {
      if (record.park || record.unread) {
        ADD_FAILURE() << to_string(record.park ? *record.park : *record.unread);
        return out;
      }
      ++out[number_of(record.recorded.event)];
    }
  }
  return out;
}

void expect_rows_of_a_clean_fold(EventLog& log, Generation& generation, const Positions& until) {
  const auto folded = refold(log, generation, until);
  ASSERT_TRUE(folded) << to_string(folded.error());
  TemporaryDirectory scratch(fastest_directory());
  const auto clean = Generation::open({.directory = scratch.path() / "rows"});
  ASSERT_TRUE(clean) << to_string(clean.error());
  const auto refolded = refold(log, **clean, until);
  ASSERT_TRUE(refolded) << to_string(refolded.error());
  const auto difference = compare_generations(*(*clean)->view(), *generation.view());
  ASSERT_TRUE(difference) << to_string(difference.error());
  ASSERT_TRUE(difference->none()) << difference->first[0].subject << " " << difference->first[0].part << " "
                                  << difference->first[0].how;
}

}  // namespace

void check_after_crash(const std::filesystem::path& data, const LogChoice& log, const EventNumbers& acknowledged) {
  auto stored = open_stored({.data = data, .log = log});
  ASSERT_TRUE(stored) << to_string(stored.error());
  const auto in_log = events_of(*stored->log);
  for (const std::uint64_t number : acknowledged) ASSERT_TRUE(in_log.contains(number)) << "lost: event " << number;

  // The rows as the crash left them, then all of the log on top of them.
  for (const Positions& until : {stored->generation->view()->positions(), *stored->log->ends()}) {
    expect_rows_of_a_clean_fold(*stored->log, *stored->generation, until);
    if (testing::Test::HasFatalFailure()) return;
  }
  OutcomeCounts counts;
  for (const auto& [partition, checkpoint] : stored->generation->view()->checkpoints()) {
    if (partition != kControlPartition) counts += checkpoint.counts;
  }
  std::uint64_t records = 0;
  for (const auto& [number, times] : in_log) records += static_cast<std::uint64_t>(times);
  EXPECT_EQ(counts.accepted, in_log.size()) << "each event folds once";
  EXPECT_EQ(counts.repeated, records - in_log.size());
  EXPECT_EQ(counts.refused + counts.parked, 0u);
}

}  // namespace rapport
