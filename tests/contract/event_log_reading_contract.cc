// The half of the contract that is about reading: positions, limits, waiting and ends.
#include <gmock/gmock.h>

#include <future>

#include "tests/contract/event_log_contract.h"
#include "tests/contract/log_reading.h"

namespace rapport {
namespace {

TEST_P(EventLogContract, ReadsFromAnyPosition) {
  make({.partition_count = 1});
  std::vector<NewRecord> sent;
  for (int i = 0; i < 10; ++i) sent.push_back({Partition{0}, "contact/1", std::to_string(i)});
  const auto positions = must_append(*log_, sent);
  ASSERT_EQ(positions.size(), sent.size());
  for (std::size_t i = 0; i + 1 < positions.size(); ++i) {
    const auto records = read_after(*log_, {{Partition{0}, positions[i].offset}}, positions.size() - i - 1);
    ASSERT_EQ(records.size(), positions.size() - i - 1);
    EXPECT_EQ(records[0].position, positions[i + 1]);
    EXPECT_EQ(records.back().value, "9");
  }
}

TEST_P(EventLogContract, ReadsOnlyTheNamedPartitions) {
  make({.partition_count = 2});
  must_append(*log_, {{Partition{0}, "a", "in 0"}, {Partition{1}, "b", "in 1"}, {kControlPartition, "control", "c"}});
  EXPECT_THAT(values_of(read_after(*log_, {{Partition{1}, Offset{-1}}}, 1)), testing::ElementsAre("in 1"));
  EXPECT_THAT(values_of(read_after(*log_, {{kControlPartition, Offset{0}}}, 1)), testing::ElementsAre("c"));
  auto reader = log_->open_reader({{Partition{0}, Offset{-1}}});
  ASSERT_TRUE(reader);
  EXPECT_EQ(read_records(**reader, 1).size(), 1u);
  RecordBatch more;
  ASSERT_TRUE((*reader)->read({.wait_max = std::chrono::milliseconds(50)}, more));
  EXPECT_TRUE(more.empty());
}

TEST_P(EventLogContract, ReadsWithinItsLimits) {
  make({.partition_count = 2});
  std::vector<NewRecord> sent;
  for (int i = 0; i < 40; ++i) sent.push_back({Partition{i % 2}, "contact/1", std::string(1'000, 'v')});
  must_append(*log_, sent);
  Positions start = from_the_start(*log_);
  start.erase(kControlPartition);
  auto reader = log_->open_reader(start);
  ASSERT_TRUE(reader);
  RecordBatch batch;
  const auto until = std::chrono::steady_clock::now() + kTestDeadline;
  while (batch.size() < 20 && std::chrono::steady_clock::now() < until) {
    const std::size_t before = batch.size();
    ASSERT_TRUE((*reader)->read({.records_max = 7}, batch));  // adds to what is there
    EXPECT_LE(batch.size() - before, 7u);
  }
  std::size_t read = batch.size();
  while (read < sent.size() && std::chrono::steady_clock::now() < until) {
    batch.clear();
    ASSERT_TRUE((*reader)->read({.bytes_max = 2'500}, batch));
    EXPECT_LE(batch.size(), 3u);  // one record more than bytes_max
    read += batch.size();
  }
  EXPECT_EQ(read, sent.size());
}

TEST_P(EventLogContract, WaitsForTheFirstRecordNoLongerThanTold) {
  make();
  auto reader = log_->open_reader(*log_->ends());
  ASSERT_TRUE(reader) << to_string(reader.error());
  RecordBatch batch;
  ASSERT_TRUE((*reader)->read({.wait_max = std::chrono::milliseconds(20)}, batch));
  EXPECT_TRUE(batch.empty());
  EXPECT_THAT((*reader)->faults(), testing::IsEmpty());
}

TEST_P(EventLogContract, AReaderThatWaitsSeesWhatIsAppended) {
  make();
  auto reader = log_->open_reader(*log_->ends());
  ASSERT_TRUE(reader) << to_string(reader.error());
  auto read = std::async(std::launch::async, [&] {
    RecordBatch batch;
    const auto result = (*reader)->read({.wait_max = kTestDeadline}, batch);
    return result && batch.size() == 1 && batch[0].value == "late";
  });
  const auto positions = must_append(*log_, {record_for(*log_, "contact/1", "late")});
  ASSERT_EQ(positions.size(), 1u);
  EXPECT_TRUE(read.get());
}

TEST_P(EventLogContract, ReadersAreIndependent) {
  make({.partition_count = 1});
  must_append(*log_, {{Partition{0}, "a", "1"}, {Partition{0}, "a", "2"}});
  auto first = log_->open_reader({{Partition{0}, Offset{-1}}});
  ASSERT_TRUE(first);
  EXPECT_THAT(values_of(read_records(**first, 2)), testing::ElementsAre("1", "2"));
  EXPECT_THAT(values_of(read_after(*log_, {{Partition{0}, Offset{-1}}}, 2)), testing::ElementsAre("1", "2"));
}

TEST_P(EventLogContract, EndsAreTheLastRecords) {
  make({.partition_count = 3});
  auto ends = log_->ends();
  ASSERT_TRUE(ends) << to_string(ends.error());
  EXPECT_EQ(*ends, (Positions{{kControlPartition, Offset{0}},
                              {Partition{0}, Offset{-1}},
                              {Partition{1}, Offset{-1}},
                              {Partition{2}, Offset{-1}}}));
  const auto positions =
      must_append(*log_, {{Partition{0}, "a", "1"}, {Partition{2}, "b", "1"}, {Partition{2}, "b", "2"}});
  ASSERT_EQ(positions.size(), 3u);
  ends = log_->ends();
  ASSERT_TRUE(ends) << to_string(ends.error());
  EXPECT_EQ((*ends)[Partition{0}], positions[0].offset);
  EXPECT_EQ((*ends)[Partition{1}], Offset{-1});
  EXPECT_EQ((*ends)[Partition{2}], positions[2].offset);
}

TEST_P(EventLogContract, AReaderThatHasReadAllStandsAtTheEnds) {
  make();
  std::vector<NewRecord> sent;
  for (int i = 0; i < 20; ++i) sent.push_back(record_for(*log_, "contact/" + std::to_string(i), "v"));
  must_append(*log_, sent);
  auto reader = log_->open_reader(from_the_start(*log_));
  ASSERT_TRUE(reader);
  EXPECT_EQ(read_records(**reader, sent.size() + 1).size(), sent.size() + 1);
  EXPECT_EQ((*reader)->positions(), *log_->ends());
}

TEST_P(EventLogContract, ABoundedReaderReadsWhatIsThere) {
  make({.partition_count = 2});
  must_append(*log_, {{Partition{0}, "a", "1"}, {Partition{1}, "b", "2"}, {Partition{0}, "a", "3"}});
  const Positions after = {{kControlPartition, Offset{-1}}, {Partition{0}, Offset{0}}, {Partition{1}, Offset{-1}}};
  auto reader = log_->open_bounded_reader(after);
  ASSERT_TRUE(reader);
  auto values = values_of(read_records(**reader, 3));
  EXPECT_THAT(values, testing::IsSupersetOf({"2", "3"}));
  EXPECT_THAT(values, testing::Not(testing::Contains("1")));
  EXPECT_EQ((*reader)->positions(), *log_->ends());
  EXPECT_FALSE(log_->open_bounded_reader({{Partition{0}, Offset{5}}}));
}

TEST_P(EventLogContract, RefusesAPositionBeyondTheEnd) {
  make({.partition_count = 1});
  must_append(*log_, {{Partition{0}, "a", "1"}});
  const auto reader = log_->open_reader({{Partition{0}, Offset{1}}});
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, Errc::position_gone);
  EXPECT_TRUE(log_->open_reader({{Partition{0}, Offset{0}}}));
}

TEST_P(EventLogContract, RefusesToReadAPartitionThatItHasNot) {
  make({.partition_count = 2});
  for (const std::int32_t partition : {-2, 2, 1'000}) {
    const auto reader = log_->open_reader({{Partition{partition}, Offset{-1}}});
    ASSERT_FALSE(reader);
    EXPECT_EQ(reader.error().code, Errc::invalid_argument);
  }
}

}  // namespace
}  // namespace rapport
