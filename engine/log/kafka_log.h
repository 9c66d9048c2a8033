// The log on a Kafka cluster: `<topic>` holds the streams, `<topic>.control` the control stream.
//
// Invariants:
// - An acknowledged record is on every in-sync replica (acks=all); how many these are is the topic's setting.
// - The topics keep everything for ever and are never compacted: checked when the log is opened, and refused otherwise.
// - The partition count is that of log.opened: a topic that was widened would place a contact's events in two
//   partitions, so it is refused.
// - librdkafka appears in engine/log/kafka_*.cc only.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "engine/log/event_log.h"
#include "engine/log/kafka_connection.h"

namespace rapport {

struct KafkaLogOptions {
  KafkaConnection connection;
  std::string topic;
  bool create_topics = false;                     // where there are none
  std::int32_t partition_count = 4;               // of topics that are made; existing ones keep their own
  std::int32_t replication = -1;                  // of topics that are made; -1: the cluster's default
  std::size_t queue_bytes_max = 64u << 20;        // waiting to be written; beyond it, append answers overloaded
  std::chrono::milliseconds answer_wait{10'000};  // for a broker's answer when it opens
  std::chrono::milliseconds close_wait{10'000};   // for what waits to be written when it closes
};

class KafkaLog final : public EventLog {
 public:
  // Errors: invalid_argument (a property, a name, a count; `field` says which), not_found (no such topic, and none is
  // made), wrong_format (a topic's settings would lose history, its partition count has changed, or it is no log of
  // ours; the detail says the command that mends it), position_gone (the control stream lost its beginning),
  // log_unavailable.
  [[nodiscard]] static Result<std::unique_ptr<KafkaLog>> open(const KafkaLogOptions& options);
  // What open asks of the cluster's topics, with nothing made or written: the errors are open's. For who wants to know
  // beforehand.
  [[nodiscard]] static Result<void> check(const KafkaLogOptions& options);
  // Writes what was accepted, for at most close_wait, then closes. Readers must be gone.
  ~KafkaLog() override;

  LogId id() const override;
  std::int32_t partition_count() const override;
  void append(std::vector<NewRecord> records, AppendDone done) override;
  [[nodiscard]] Result<std::unique_ptr<LogReader>> open_reader(const Positions& after) override;
  [[nodiscard]] Result<std::unique_ptr<LogReader>> open_bounded_reader(const Positions& after) override;
  [[nodiscard]] Result<Positions> ends() override;
  LogHealth health() const override;

 private:
  struct Impl;
  explicit KafkaLog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapport
