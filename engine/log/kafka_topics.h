// The topics a log stands on: their names, the settings they must have, and making them.
//
// A topic whose settings would lose history is refused, because it loses it later, and silently: a retention deletes
// what no fold has read yet, compaction keeps a key's last record only. The message says the command that mends it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/log/kafka_client.h"
#include "events/result.h"

namespace rapport {

// The most a batch of records may have: what our producer sends stays below, and the log's topics must take it.
inline constexpr std::size_t kKafkaBatchSizeMax = 2u << 20;

struct KafkaTopicNames {
  explicit KafkaTopicNames(const std::string& topic)
      : log(topic), control(topic + ".control"), inbox(topic + ".inbox"), keys(topic + ".keys") {}
  std::string log, control, inbox, keys;
};

enum class KafkaTopicUse : unsigned char {
  log,    // and control: kept for ever
  inbox,  // kept for a while: what is moved to the log lives there
  keys,   // the last record of each key is kept for ever, and what it replaced is forgotten
};

struct NewKafkaTopic {
  std::string name;
  KafkaTopicUse use = KafkaTopicUse::log;
  std::int32_t partitions = 1;
  std::int32_t replication = -1;  // -1: the cluster's own default
  // Of keys: how long what was replaced may stand before the log cleaner is due.
  std::chrono::milliseconds forget_after{3600'000};
};

// Asks through a consumer's client. Not thread-safe. Every call waits for at most `timeout`.
// Errors of every call: log_unavailable.
class KafkaTopics {
 public:
  KafkaTopics(rd_kafka_t& client, std::string brokers, std::chrono::milliseconds timeout)
      : client_(client), brokers_(std::move(brokers)), timeout_(timeout) {}

  // A topic that exists already is left as it is: another engine may have been faster. Returns once every partition has
  // a leader. Errors: invalid_argument (the cluster refuses the partitions or the replication).
  [[nodiscard]] Result<void> create(const NewKafkaTopic& topic);

  // Nothing where the topic does not exist, as far as the broker knows that answers.
  [[nodiscard]] Result<std::optional<std::int32_t>> partition_count(const std::string& topic);

  // Of a topic that does: the brokers of a cluster learn of a new one each at its own moment, so that one may not know
  // yet what another has told.
  [[nodiscard]] Result<std::int32_t> partition_count_of_existing(const std::string& topic);

  // Of a topic that exists. Errors: wrong_format, naming each setting that would lose history and the command that sets
  // it right.
  [[nodiscard]] Result<void> check_settings(const std::string& topic, KafkaTopicUse use = KafkaTopicUse::log);

 private:
  rd_kafka_t& client_;
  std::string brokers_;
  std::chrono::milliseconds timeout_;
};

}  // namespace rapport
