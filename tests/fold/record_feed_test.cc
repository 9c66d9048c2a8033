#include "engine/fold/record_feed.h"

#include <gtest/gtest.h>

#include <atomic>

namespace rapport {
namespace {

constexpr std::chrono::seconds kPatience{30};

// A log whose topic is deleted while it is read, and may be made anew: it does not answer as long as there is none, and
// its reader can go on with none of its partitions.
class DeletedLog final : public EventLog {
 public:
  explicit DeletedLog(std::atomic<bool>& is_made_anew) : is_made_anew_(is_made_anew) {}

  LogId id() const override { return {}; }
  std::int32_t partition_count() const override { return 1; }
  void append(std::vector<NewRecord>, AppendDone done) override { done(gone()); }
  Result<std::unique_ptr<LogReader>> open_reader(const Positions&) override {
    return std::unique_ptr<LogReader>(std::make_unique<Reader>(is_made_anew_));
  }
  Result<Positions> ends() override { return gone(); }
  LogHealth health() const override { return {}; }

 private:
  class Reader final : public LogReader {
   public:
    explicit Reader(std::atomic<bool>& is_made_anew) : is_made_anew_(is_made_anew) {}
    Result<void> read(const ReadLimits&, RecordBatch&) override {
      if (faults_.empty()) faults_.push_back({Partition{0}, {Errc::position_gone, "its topic is gone"}});
      if (is_made_anew_) return {};
      return gone();
    }
    Positions positions() const override { return {{Partition{0}, Offset{19}}}; }
    std::vector<PartitionFault> faults() const override { return faults_; }

   private:
    std::atomic<bool>& is_made_anew_;
    std::vector<PartitionFault> faults_;
  };

  static Error gone() { return {Errc::log_unavailable, "there is no such topic"}; }

  std::atomic<bool>& is_made_anew_;
};

TEST(RecordFeed, TellsAFaultOnceThatCameWithAnErrorOfTheWholeLog) {
  std::atomic<bool> is_made_anew = false;
  DeletedLog log(is_made_anew);
  RecordFeed feed(log, *log.open_reader({}), {});
  const auto batch = feed.take(RecordFeed::Clock::now() + kPatience);
  ASSERT_TRUE(batch) << "the partition has halted, and nobody would know";
  ASSERT_EQ(batch->faults.size(), 1u);
  EXPECT_EQ(batch->faults[0].error.code, Errc::position_gone);
  is_made_anew = true;
  EXPECT_FALSE(feed.take(RecordFeed::Clock::now() + std::chrono::milliseconds(50))) << "it was told";
}

}  // namespace
}  // namespace rapport
