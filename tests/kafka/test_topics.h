// Names of topics that nobody else has, and their removal when the test ends.
#pragma once

#include <string>
#include <vector>

namespace rapport {

class TestTopics {
 public:
  explicit TestTopics(std::string brokers) : brokers_(std::move(brokers)) {}
  ~TestTopics();
  TestTopics(const TestTopics&) = delete;
  TestTopics& operator=(const TestTopics&) = delete;

  // The topic of a log; it, and the topics beside it, are removed.
  std::string name();

 private:
  std::string brokers_;
  std::vector<std::string> given_;
};

}  // namespace rapport
