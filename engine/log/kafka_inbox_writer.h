// Publishes events to `<topic>.inbox`, as any Kafka client may: for a program that has no server to talk to.
//
// Invariants: idempotent, acks=all; events of one key keep their order. What was delivered stands in the inbox, and is
// not in the log yet: an engine moves it there.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "engine/log/kafka_connection.h"
#include "events/result.h"

namespace rapport {

class KafkaInboxWriter {
 public:
  // `topic` is the log's. Errors: invalid_argument (a property), not_found (the inbox), log_unavailable.
  [[nodiscard]] static Result<std::unique_ptr<KafkaInboxWriter>> open(const KafkaConnection& connection,
                                                                      const std::string& topic);
  ~KafkaInboxWriter();

  // Waits where librdkafka's queue is full. Errors: too_large; log_unavailable: an earlier record was not delivered.
  [[nodiscard]] Result<void> write(std::string_view key, std::string_view event);
  // Waits until all is delivered, a minute for each next record. Errors: log_unavailable.
  [[nodiscard]] Result<void> flush();
  std::uint64_t delivered() const;

 private:
  struct Impl;
  explicit KafkaInboxWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapport
