#include <gtest/gtest.h>

#include "engine/log/event_log.h"

namespace rapport {
namespace {

TEST(RecordBatch, KeepsRecordsApart) {
  RecordBatch batch;
  batch.add({Partition{1}, Offset{7}}, Timestamp{5}, "k1", "value 1");
  batch.add({Partition{2}, Offset{8}}, Timestamp{6}, "", "");
  batch.add({Partition{3}, Offset{9}}, Timestamp{7}, "k3", std::nullopt);
  ASSERT_EQ(batch.size(), 3u);
  EXPECT_EQ(batch[0].position, (LogPosition{Partition{1}, Offset{7}}));
  EXPECT_EQ(batch[0].recorded_at, Timestamp{5});
  EXPECT_EQ(batch[0].key, "k1");
  EXPECT_EQ(batch[0].value, "value 1");
  EXPECT_EQ(batch[1].value, "");
  EXPECT_TRUE(batch[1].has_value);
  EXPECT_EQ(batch[2].key, "k3");
  EXPECT_FALSE(batch[2].has_value);
  batch.clear();
  EXPECT_TRUE(batch.empty());
  EXPECT_EQ(batch.size_bytes(), 0u);
}

// simdjson may read that far behind the last value; an address sanitizer watches.
TEST(RecordBatch, PadsTheLastValue) {
  RecordBatch batch;
  batch.add({}, {}, "k", "value");
  const std::string_view value = batch[0].value;
  int sum = 0;
  for (std::size_t i = 0; i < RecordBatch::kPadding; ++i) sum += value.data()[value.size() + i];
  EXPECT_EQ(sum, 0);
}

}  // namespace
}  // namespace rapport
