#include "engine/fold/checkpoint_check.h"

#include <gmock/gmock.h>

#include "engine/log/embedded_log.h"
#include "projections/fold_record.h"
#include "tests/contract/log_reading.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

constexpr std::int32_t kPartitions = 3;
constexpr int kRecords = 100;  // of each

std::string value_at(std::int64_t offset) { return "v" + std::to_string(offset); }

class CheckpointCheck : public testing::Test {
 protected:
  void SetUp() override {
    auto log = EmbeddedLog::open({.directory = directory_.path() / "log", .partition_count = kPartitions});
    ASSERT_TRUE(log) << to_string(log.error());
    log_ = *std::move(log);
    for (std::int32_t partition = 0; partition < kPartitions; ++partition) {
      std::vector<NewRecord> records;
      for (int i = 0; i < kRecords; ++i) records.push_back({Partition{partition}, "k", value_at(i)});
      must_append(*log_, std::move(records));
      checkpoints_[Partition{partition}] = at(10 * partition);
    }
  }

  static Checkpoint at(std::int64_t offset) {
    Checkpoint checkpoint;
    checkpoint.offset = Offset{offset};
    checkpoint.record_hash = record_hash("k", value_at(offset));
    return checkpoint;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<EmbeddedLog> log_;
  Checkpoints checkpoints_;
};

TEST_F(CheckpointCheck, TakesALogThatHasMuchBehindEach) {
  const auto checked = check_checkpoints(*log_, checkpoints_);
  EXPECT_TRUE(checked) << to_string(checked.error());
  EXPECT_TRUE(check_checkpoints(*log_, {}));
}

TEST_F(CheckpointCheck, NamesTheOneWhoseRecordIsAnother) {
  for (auto& [partition, checkpoint] : checkpoints_) {
    const Checkpoint right = std::exchange(checkpoint, at(77));
    checkpoint.offset = right.offset;
    const auto checked = check_checkpoints(*log_, checkpoints_);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, Errc::corrupt);
    EXPECT_THAT(checked.error().detail, testing::HasSubstr("partition " + std::to_string(partition.value) +
                                                           ", offset " + std::to_string(right.offset.value) + " than"));
    checkpoint = right;
  }
}

TEST_F(CheckpointCheck, RefusesALogThatEndsBeforeOne) {
  checkpoints_[Partition{1}].offset = Offset{kRecords + 1};
  const auto checked = check_checkpoints(*log_, checkpoints_);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, Errc::position_gone);
}

TEST_F(CheckpointCheck, LeavesOutWhatIsNotFolded) {
  checkpoints_[Partition{2}] = {};
  EXPECT_TRUE(check_checkpoints(*log_, checkpoints_));
}

}  // namespace
}  // namespace rapport
