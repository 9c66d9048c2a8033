#include "engine/fold/recent_outcomes.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

FoldRecord record_at(LogPosition position) {
  FoldRecord record;
  record.recorded.position = position;
  return record;
}

TEST(RecentOutcomes, KeepTheNewestOfEachPartition) {
  RecentOutcomes recent(2);
  std::vector<FoldRecord> records;
  std::vector<Outcome> outcomes;
  for (std::int64_t offset = 0; offset < 6; offset += 2) {
    records.push_back(record_at({Partition{0}, Offset{offset}}));
    outcomes.push_back({.version = static_cast<std::uint64_t>(offset)});
  }
  records.push_back(record_at({Partition{1}, Offset{0}}));
  outcomes.push_back({.version = 77});
  recent.add(records, outcomes);

  const std::vector<LogPosition> asked{{Partition{0}, Offset{0}}, {Partition{0}, Offset{2}}, {Partition{0}, Offset{3}},
                                       {Partition{0}, Offset{4}}, {Partition{1}, Offset{0}}, {Partition{2}, Offset{0}}};
  const auto found = recent.find(asked);
  EXPECT_FALSE(found[0]) << "dropped for newer ones";
  EXPECT_EQ(found[1]->version, 2u);
  EXPECT_FALSE(found[2]) << "no record stands there";
  EXPECT_EQ(found[3]->version, 4u);
  EXPECT_EQ(found[4]->version, 77u);
  EXPECT_FALSE(found[5]);
}

}  // namespace
}  // namespace rapport
