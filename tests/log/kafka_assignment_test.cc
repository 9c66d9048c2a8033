#include "engine/log/kafka_assignment.h"

#include <gmock/gmock.h>

namespace rapport {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Version 0; "other": 7; "crm": 2, 5; four bytes of the user's, none.
constexpr std::string_view kBytes(
    "\0\0\0\0\0\2"
    "\0\5other\0\0\0\1\0\0\0\7"
    "\0\3crm\0\0\0\2\0\0\0\2\0\0\0\5"
    "\xff\xff\xff\xff",
    42);

TEST(KafkaAssignment, IsOfTheTopicAlone) {
  EXPECT_THAT(*assigned_partitions(kBytes, "crm"), ElementsAre(Partition{2}, Partition{5}));
  EXPECT_THAT(*assigned_partitions(kBytes, "other"), ElementsAre(Partition{7}));
  EXPECT_THAT(*assigned_partitions(kBytes, "cr"), IsEmpty());
}

TEST(KafkaAssignment, OfNoBytesIsNothing) { EXPECT_THAT(*assigned_partitions("", "crm"), IsEmpty()); }

TEST(KafkaAssignment, IsRefusedWhereItIsCutShort) {
  for (std::size_t size = 1; size < kBytes.size() - 4; ++size) {
    EXPECT_FALSE(assigned_partitions(kBytes.substr(0, size), "crm")) << size;
  }
}

TEST(KafkaAssignment, OfCountsThatNeverEndIsRefusedAtItsEnd) {
  EXPECT_FALSE(assigned_partitions(std::string_view("\0\0\xff\xff\xff\xff", 6), "crm"));
  EXPECT_FALSE(assigned_partitions(std::string_view("\0\0\0\0\0\1\0\3crm\xff\xff\xff\xff\0\0\0\1", 19), "crm"));
}

}  // namespace
}  // namespace rapport
