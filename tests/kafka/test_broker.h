// A real Kafka broker for tests: tools/kafka/broker, started when a test first needs it.
#pragma once

#include <filesystem>
#include <string>

namespace rapport {

// The broker that tests share. It is left running for the next test program; ctest's last kafka test stops it.
// Its address: "127.0.0.1:29092". A test makes topics of its own, and removes them.
const std::string& shared_broker();

// A broker of one test's own, to be ill-treated. It is gone, with its data, when the test ends.
class TestBroker {
 public:
  // In a directory that does not exist yet.
  explicit TestBroker(std::filesystem::path directory);
  ~TestBroker();
  TestBroker(const TestBroker&) = delete;
  TestBroker& operator=(const TestBroker&) = delete;

  const std::string& address() const { return address_; }

  void kill();     // -9
  void restart();  // after kill(); returns when it answers, on the same port
  void pause();    // SIGSTOP: it answers nobody, and its connections stay open
  void resume();

 private:
  void start();
  int pid() const;

  std::filesystem::path directory_;
  std::string address_;
};

}  // namespace rapport
