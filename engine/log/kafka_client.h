// A client of a Kafka cluster: how its configuration is put together, and what its errors mean to us.
//
// Invariants: a user's properties reach librdkafka unchanged, but not those that would lose or reorder events: these
// are fixed here, and a user's other value is refused, not ignored.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
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

// What librdkafka tells, and to whom. What is asked for here must be polled, else it piles up.
struct KafkaClientEvents {
  int events = 0;  // a mask of RD_KAFKA_EVENT_*, for those who poll a queue
  // Called by rd_kafka_poll and the consume calls, each with `opaque`. Null: nobody is told.
  void (*error)(rd_kafka_t*, int code, const char* reason, void* opaque) = nullptr;
  void (*rebalance)(rd_kafka_t*, rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t*, void* opaque) = nullptr;
  void* opaque = nullptr;
};

// Connects in the background: an unreachable cluster is no error here. Errors: invalid_argument, `field` is the
// property.
[[nodiscard]] Result<KafkaPtr> make_kafka_client(KafkaRole role, const KafkaConnection& connection,
                                                 const KafkaClientProperties& properties,
                                                 const KafkaClientEvents& events = {});

// A client that only asks: of topics, their settings and ends. It belongs to no group and creates no topic by asking.
// What it tells of its connections piles up until reach_kafka or rd_kafka_poll.
[[nodiscard]] Result<KafkaPtr> make_kafka_asking_client(const KafkaConnection& connection);

// log_unavailable, with what is wrong with the connection where the client is one that only asks.
Error no_broker_answers(rd_kafka_t& client, rd_kafka_resp_err_t code);

// That a broker answers, within that time. Errors: log_unavailable.
[[nodiscard]] Result<void> reach_kafka(rd_kafka_t& client, std::chrono::milliseconds timeout);

// Where partitions begin and end now, of what is committed: an offset of RD_KAFKA_OFFSET_BEGINNING or _END becomes the
// one that it stands for. First whether a broker answers, then one request for each, and `timeout` for either; a time
// that rd_kafka_query_watermark_offsets, which is made for this, does not keep before librdkafka 2.3 (its issue 2588).
// Errors: as kafka_error(); what a partition alone has is the whole's.
[[nodiscard]] Result<void> ask_offsets(rd_kafka_t& client, rd_kafka_topic_partition_list_t& partitions,
                                       std::chrono::milliseconds timeout, std::string_view what);

// Sends an admin request and waits for its answer. Errors: log_unavailable, invalid_argument (the timeout).
using SendKafkaRequest = std::function<void(rd_kafka_AdminOptions_t*, rd_kafka_queue_t* answers)>;
[[nodiscard]] Result<KafkaEventPtr> ask_kafka(rd_kafka_t& client, rd_kafka_admin_op_t op,
                                              std::chrono::milliseconds timeout, const SendKafkaRequest& send);

// Joins the consumer's group for one topic, in the background. Errors: as kafka_error().
[[nodiscard]] Result<void> subscribe_to(rd_kafka_t& consumer, const std::string& topic, std::string_view what);

// too_large, position_gone, corrupt, not_found or invalid_argument (what a topic is called) where Kafka says so; else
// log_unavailable. `what` begins the sentence.
Error kafka_error(rd_kafka_resp_err_t code, std::string_view what);

// What a client tells of by itself: log_unavailable; nothing where one of several brokers is away.
std::optional<Error> told_error(rd_kafka_resp_err_t code, std::string_view reason);

}  // namespace rapport
