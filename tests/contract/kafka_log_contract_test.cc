#include "engine/log/kafka_log.h"
#include "tests/contract/event_log_contract.h"
#include "tests/kafka/test_broker.h"
#include "tests/kafka/test_topics.h"

namespace rapport {
namespace {

class KafkaLogMaker final : public LogMaker {
 public:
  Result<std::unique_ptr<EventLog>> make(const LogShape& shape) override {
    options_ = {.connection = {.brokers = shared_broker()},
                .topic = topics_.name(),
                .create_topics = true,
                .partition_count = shape.partition_count,
                .queue_bytes_max = shape.queue_bytes_max};
    return open();
  }

  Result<std::unique_ptr<EventLog>> reopen() override {
    options_.create_topics = false;
    return open();
  }

 private:
  Result<std::unique_ptr<EventLog>> open() {
    auto log = KafkaLog::open(options_);
    if (!log) return log.error();
    return std::unique_ptr<EventLog>(*std::move(log));
  }

  TestTopics topics_{shared_broker()};
  KafkaLogOptions options_;
};

INSTANTIATE_TEST_SUITE_P(KafkaLog, EventLogContract, testing::Values([] { return std::make_unique<KafkaLogMaker>(); }));

}  // namespace
}  // namespace rapport
