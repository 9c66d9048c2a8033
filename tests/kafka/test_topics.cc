#include "tests/kafka/test_topics.h"

#include <cstdio>
#include <random>

#include "tests/kafka/other_client.h"

namespace rapport {

std::string TestTopics::name() {
  std::random_device random;
  std::string topic = "test-" + std::to_string(random()) + "-" + std::to_string(random());
  given_.insert(given_.end(), {topic, topic + ".control", topic + ".inbox", topic + ".keys"});
  return topic;
}

TestTopics::~TestTopics() {
  if (given_.empty()) return;
  try {
    OtherClient(brokers_).delete_topics(given_);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
}

}  // namespace rapport
