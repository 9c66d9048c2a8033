// A client of a Kafka cluster: how its configuration is put together, and what its errors mean to us.
//
// Invariants: a user's properties reach librdkafka unchanged, but not those that would lose or reorder events: these
// are fixed here, and a user's other value is refused, not ignored.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/log/kafka_connection.h"
#include "engine/log/kafka_handles.h"
#include "events/result.h"

namespace rapport {

struct KafkaProperty {
  std::string_view name;
  std::string value;
};

struct KafkaClientProperties {
  std::span<const KafkaProperty> fixed;     // a user's other value is refused
  std::span<const KafkaProperty> defaults;  // a user's value is taken
};

enum class KafkaRole : unsigned char { producer, consumer };

// Connects in the background: an unreachable cluster is no error here. Errors: invalid_argument, `field` is the
// property. `events` is a mask of RD_KAFKA_EVENT_*, which the caller then polls: what nobody polls piles up.
[[nodiscard]] Result<KafkaPtr> make_kafka_client(KafkaRole role, const KafkaConnection& connection,
                                                 const KafkaClientProperties& properties, int events = 0);

// too_large, position_gone, corrupt or not_found where Kafka says so; else log_unavailable. `what` begins the sentence.
Error kafka_error(rd_kafka_resp_err_t code, std::string_view what);

// A client that only asks: of topics, their settings and ends. It belongs to no group and creates no topic by asking.
[[nodiscard]] Result<KafkaPtr> make_kafka_asking_client(const KafkaConnection& connection);

}  // namespace rapport
