// Contacts' keys in Kafka: `<topic>.keys`, one partition, compacted.
//
// When a compacted topic forgets. The log cleaner never touches the segment that is being written, and a segment is
// closed by a record that comes when its time is over. So an hour after something was replaced we write a record that
// says nothing ("t"), which closes the segment; the cleaner then finds it due (max.compaction.lag.ms), writes the
// closed segments anew without what was replaced, and deletes the old files. What that comes to: an hour, the cleaner's
// round of some seconds, and file.delete.delay.ms.
//
// Invariants: what append() returned from is on every in-sync replica. An offset is never reused in the topic.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>

#include "engine/log/kafka_client.h"
#include "engine/log/kafka_connection.h"
#include "engine/log/kafka_health.h"
#include "engine/seal/key_stream.h"

namespace rapport {

class KafkaReader;

struct KafkaKeyStreamOptions {
  KafkaConnection connection;
  std::string topic;                                 // the log's
  std::int32_t replication = -1;                     // of a topic that is made
  std::chrono::milliseconds forget_after{3600'000};  // of a topic that is made: segment.ms and max.compaction.lag.ms
  std::chrono::milliseconds answer_wait{10'000};
};

class KafkaKeyStream final : public KeyStream {
 public:
  // Null: there is no such topic, and `make` is false. Errors: wrong_format (the topic's settings would lose keys),
  // invalid_argument, log_unavailable.
  [[nodiscard]] static Result<std::unique_ptr<KeyStream>> open(const KafkaKeyStreamOptions& options, bool make);
  ~KafkaKeyStream() override;

  Result<bool> is_empty() override;
  Result<void> append(const std::vector<KeyRecord>& records) override;
  Result<Offset> read(Offset after, const Take& take) override;
  Result<void> tend() override;
  void stop() override { stopping_ = true; }

 private:
  using Clock = std::chrono::steady_clock;

  explicit KafkaKeyStream(const KafkaKeyStreamOptions& options);
  Result<void> find_or_make_topic(bool make, bool& there);
  Result<Offset> end();
  Error stopped() const;
  Result<void> deliver(std::size_t count);

  const KafkaKeyStreamOptions options_;
  const std::string name_;
  std::atomic<bool> stopping_ = false;
  KafkaHealth health_;
  KafkaPtr asking_, producer_;
  std::unique_ptr<KafkaReader> reader_;
  // Something was replaced, perhaps by a process before this one, and its segment is not closed yet.
  std::optional<Clock::time_point> closing_due_;
};

}  // namespace rapport
