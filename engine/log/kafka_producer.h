// Appends records to a log's topics: an idempotent producer with a bounded queue, and a thread that tells the answers.
//
//   append -> librdkafka's queue -> batches, lz4, acks=all -> delivery reports -> the append's answer
//
// Invariants:
// - A record is acknowledged only by a delivery report that carries its offset. Every other report but "too large" is
//   ambiguous: the record may stand in the log, so the answer is log_unavailable, and the same ids are appended again.
// - What waits is bounded by our own count of bytes; librdkafka's bounds lie beyond it and are never reached.
// - A record's bytes are not copied: they live in the append until its last report.
// - librdkafka 2.0 can turn fatal after a record that may have been written (issue 4438). The client is then made anew,
//   and what waited is answered log_unavailable: order holds, because no later record was written by the old one.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/log/event_log.h"
#include "engine/log/kafka_client.h"
#include "engine/log/kafka_health.h"
#include "engine/log/kafka_topics.h"

namespace rapport {

// The name of the header that keeps a copied record's own recordedAt: decimal milliseconds since 1970.
inline constexpr const char* kRecordedAtHeader = "rapport-recorded-at";

struct KafkaProducerOptions {
  KafkaConnection connection;
  KafkaTopicNames topics;
  std::size_t queue_bytes_max;
  std::chrono::milliseconds close_wait;  // for what waits when it closes
};

class KafkaProducer {
 public:
  // Errors: invalid_argument (a property). `health` outlives it.
  [[nodiscard]] static Result<std::unique_ptr<KafkaProducer>> open(KafkaProducerOptions options, KafkaHealth& health);
  // Delivers what waits, for at most close_wait; the rest is answered log_unavailable.
  ~KafkaProducer();

  // As EventLog::append; the records have been checked.
  void append(std::vector<NewRecord> records, EventLog::AppendDone done);

 private:
  struct Append;
  struct Slot;
  struct Client;
  using Answered = std::vector<std::unique_ptr<Append>>;

  KafkaProducer(KafkaProducerOptions options, KafkaHealth& health);
  Result<void> connect();
  void run();
  void serve(int wait_ms);
  void settle(const rd_kafka_message_t& message, Answered& answered);
  void fail(Append& append, Partition partition, const Error& error);
  void renew();
  rd_kafka_resp_err_t produce(Slot& slot, const NewRecord& record);
  static void tell(Answered& answered);

  const KafkaProducerOptions options_;
  KafkaHealth& health_;

  std::mutex mutex_;  // guards all below, and each Append
  std::unique_ptr<Client> client_;
  std::size_t queue_bytes_ = 0;
  std::size_t appends_waiting_ = 0;
  bool broken_ = false;  // fatal: to be made anew
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace rapport
