// What clients that are not ours do to topics: make and delete them, delete records, write what they like.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rapport {

struct OtherRecord {
  std::string topic;
  std::int32_t partition = 0;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::map<std::string, std::string> headers = {};
};

// Every call waits for the cluster's answer, and throws where it says no.
class OtherClient {
 public:
  explicit OtherClient(std::string brokers);
  ~OtherClient();

  void create_topic(const std::string& topic, int partitions, const std::map<std::string, std::string>& settings = {});
  // A topic that does not exist is no failure.
  void delete_topics(const std::vector<std::string>& topics);
  // In place of those that were set before.
  void set_topic(const std::string& topic, const std::map<std::string, std::string>& settings);
  void add_partitions(const std::string& topic, int total);
  // Those before `offset`.
  void delete_records(const std::string& topic, std::int32_t partition, std::int64_t offset);
  // Of the first record that is still there.
  std::int64_t first_offset(const std::string& topic, std::int32_t partition);
  void write(const std::vector<OtherRecord>& records);
  // In one transaction each.
  void write_committed(const std::vector<OtherRecord>& records);
  void write_aborted(const std::vector<OtherRecord>& records);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapport
