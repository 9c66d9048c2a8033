// As kill_test, on a real Kafka broker.
#include <gtest/gtest.h>

#include "tests/crash/killing.h"
#include "tests/kafka/test_broker.h"
#include "tests/kafka/test_topics.h"
#include "tests/store/temporary_directory.h"

namespace rapport {
namespace {

TEST(KafkaKill, NothingAcknowledgedIsLostAndNothingIsFoldedTwice) {
  TemporaryDirectory directory;
  TestTopics topics(shared_broker());
  const std::string topic = topics.name();
  const KafkaLogOptions options{.connection = {.brokers = shared_broker()},
                                .topic = topic,
                                .create_topics = true,
                                .partition_count = 2,
                                .replication = 1};
  kill_at_random({.data = directory.path() / "data", .log = kafka_log(options), .arguments = {shared_broker(), topic}},
                 kills_or(50));
}

}  // namespace
}  // namespace rapport
