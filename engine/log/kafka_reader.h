// Reads a log's topics from given positions: librdkafka's simple consumer, one queue for all partitions and one for the
// control stream, no group.
//
// Invariants:
// - A position that the broker no longer has halts its partition (position_gone); it is never moved (auto.offset.reset
//   is `error`). So do a checksum that does not fit and a topic that is gone.
// - After a fault nothing of that partition is given, though librdkafka would go on behind a damaged batch.
// - Offsets only grow. A gap is a transaction's marker or aborted records: nothing else leaves one in a topic that is
//   never compacted, and that is checked when the log is opened.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/log/event_log.h"
#include "engine/log/kafka_client.h"
#include "engine/log/kafka_health.h"
#include "engine/log/kafka_topics.h"

namespace rapport {

class KafkaReader final : public LogReader {
 public:
  // For how long the broker may keep a question while none of the partitions that were asked for has anything. They are
  // asked for together, one question at a time, and where what was read waits to be taken perhaps only those that are
  // at their end: what the others have comes behind it.
  static constexpr std::chrono::milliseconds kQuestionWait{100}, kBoundedQuestionWait{5};

  // `health` outlives it. Errors: invalid_argument (a property), log_unavailable.
  [[nodiscard]] static Result<std::unique_ptr<KafkaReader>> open(
      const KafkaConnection& connection, const KafkaTopicNames& topics, const Positions& after,
      const KafkaHealth& health, std::chrono::milliseconds question_wait = kQuestionWait);
  ~KafkaReader() override;

  Result<void> read(const ReadLimits& limits, RecordBatch& out) override;
  Positions positions() const override { return positions_; }
  std::vector<PartitionFault> faults() const override { return faults_; }

 private:
  KafkaReader(const KafkaTopicNames& topics, const Positions& after, const KafkaHealth& health)
      : topics_(topics), health_(health), positions_(after) {}
  Result<void> connect(const KafkaConnection& connection, std::chrono::milliseconds question_wait);
  void fetch(std::size_t count, std::chrono::milliseconds wait);
  ssize_t fetch_of(rd_kafka_queue_t* queue);
  void keep_fetching();
  void take(const rd_kafka_message_t& message, RecordBatch& out);
  void take_client_error(rd_kafka_resp_err_t code, std::string_view reason);
  void take_error(const rd_kafka_message_t& message, Partition partition);
  bool is_halted(Partition partition) const;

  const KafkaTopicNames topics_;
  const KafkaHealth& health_;
  Positions positions_;
  std::vector<PartitionFault> faults_;
  std::optional<Error> error_;  // what the client told since the last read

  // Destroyed in reverse: messages and queue before the client.
  KafkaPtr client_;
  KafkaTopicPtr log_, control_;
  KafkaQueuePtr queue_, control_queue_;
  std::deque<KafkaMessagePtr> fetched_;  // not given yet
  std::vector<rd_kafka_message_t*> scratch_;
  std::vector<Partition> started_;
  std::size_t most_queued_ = 0;    // messages, since the broker was last asked for something
  std::size_t asked_of_last_ = 0;  // of started_

  // What librdkafka's threads tell when a queue that was empty has something.
  std::mutex arrival_mutex_;
  std::condition_variable arrival_;
  bool has_arrived_ = false;
};

}  // namespace rapport
