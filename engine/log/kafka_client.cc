#include "engine/log/kafka_client.h"

#include <algorithm>
#include <array>

namespace rapport {
namespace {

// What librdkafka would print: all that matters comes as an event or as an answer, and is told there. A user who asks
// for `debug` gets the lines.
void ignore_log_line(const rd_kafka_t*, int, const char*, const char*) {}

Result<void> set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  std::array<char, 512> why{};
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size()) == RD_KAFKA_CONF_OK) return {};
  return Error{Errc::invalid_argument, why.data(), name};
}

Result<void> check_fixed(const KafkaConnection& connection, std::span<const KafkaProperty> fixed) {
  for (const KafkaProperty& property : fixed) {
    const auto given = connection.properties.find(std::string(property.name));
    if (given == connection.properties.end() || given->second == property.value) continue;
    return Error{Errc::invalid_argument,
                 "must be " + property.value + ", or events could be lost or reordered; not '" + given->second + "'",
                 std::string(property.name)};
  }
  return {};
}

// Of the clients that only ask, and are polled for nothing else than why nobody answers.
char asks_only = 0;
thread_local std::string* reason_told = nullptr;

void note_reason(rd_kafka_t*, int code, const char* reason, void*) {
  // That all are down follows what is wrong with each, and says less.
  if (reason_told != nullptr && code != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) *reason_told = reason;
}

// What was last wrong with a connection, in librdkafka's words, which name the broker.
std::string reason_of(rd_kafka_t& client) {
  std::string reason;
  if (rd_kafka_opaque(&client) != &asks_only) return reason;
  reason_told = &reason;
  rd_kafka_poll(&client, 0);
  reason_told = nullptr;
  return reason;
}

}  // namespace

Result<KafkaPtr> make_kafka_client(KafkaRole role, const KafkaConnection& connection,
                                   const KafkaClientProperties& properties, const KafkaClientEvents& events) {
  RAPPORT_TRY(check_fixed(connection, properties.fixed));
  KafkaConfPtr conf(rd_kafka_conf_new());
  RAPPORT_TRY(set(conf.get(), "bootstrap.servers", connection.brokers));
  RAPPORT_TRY(set(conf.get(), "client.id", "rapport"));
  // A broker that comes back is found again soon.
  RAPPORT_TRY(set(conf.get(), "reconnect.backoff.max.ms", "1000"));
  for (const auto& [name, value] : properties.defaults) RAPPORT_TRY(set(conf.get(), std::string(name), value));
  for (const auto& [name, value] : connection.properties) RAPPORT_TRY(set(conf.get(), name, value));
  for (const auto& [name, value] : properties.fixed) RAPPORT_TRY(set(conf.get(), std::string(name), value));
  if (!connection.properties.contains("debug")) rd_kafka_conf_set_log_cb(conf.get(), ignore_log_line);
  rd_kafka_conf_set_events(conf.get(), events.events);
  rd_kafka_conf_set_opaque(conf.get(), events.opaque);
  if (events.error != nullptr) rd_kafka_conf_set_error_cb(conf.get(), events.error);
  if (events.rebalance != nullptr) rd_kafka_conf_set_rebalance_cb(conf.get(), events.rebalance);

  std::array<char, 512> why{};
  const auto type = role == KafkaRole::producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER;
  KafkaPtr client(rd_kafka_new(type, conf.get(), why.data(), why.size()));
  // Properties that contradict each other are found here; without threads or file descriptors it fails too.
  if (!client) return Error{Errc::invalid_argument, why.data(), "kafka properties"};
  static_cast<void>(conf.release());
  return client;
}

Result<KafkaPtr> make_kafka_asking_client(const KafkaConnection& connection) {
  const std::array fixed{KafkaProperty{"isolation.level", "read_committed"},
                         KafkaProperty{"allow.auto.create.topics", "false"}};
  // Some questions end with their requests alone, whatever patience they are given.
  const std::array defaults{KafkaProperty{"socket.timeout.ms", "6000"}};
  return make_kafka_client(KafkaRole::consumer, connection, {fixed, defaults},
                           {.error = note_reason, .opaque = &asks_only});
}

Error no_broker_answers(rd_kafka_t& client, rd_kafka_resp_err_t code) {
  const std::string reason = reason_of(client);
  return {Errc::log_unavailable, "no broker answers: " + (reason.empty() ? rd_kafka_err2str(code) : reason)};
}

Result<void> reach_kafka(rd_kafka_t& client, std::chrono::milliseconds timeout) {
  const struct rd_kafka_metadata* native = nullptr;
  const auto code = rd_kafka_metadata(&client, 0, nullptr, &native, static_cast<int>(timeout.count()));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return no_broker_answers(client, code);
  const KafkaMetadataPtr metadata(native);
  reason_of(client);  // of one broker of several: nobody asks
  return {};
}

Result<void> ask_offsets(rd_kafka_t& client, rd_kafka_topic_partition_list_t& partitions,
                         std::chrono::milliseconds timeout, std::string_view what) {
  RAPPORT_TRY(reach_kafka(client, timeout));
  const auto code = rd_kafka_offsets_for_times(&client, &partitions, static_cast<int>(timeout.count()));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return kafka_error(code, what);
  for (int i = 0; i < partitions.cnt; ++i) {
    const rd_kafka_topic_partition_t& partition = partitions.elems[i];
    if (partition.err != RD_KAFKA_RESP_ERR_NO_ERROR) return kafka_error(partition.err, what);
  }
  return {};
}

Result<KafkaEventPtr> ask_kafka(rd_kafka_t& client, rd_kafka_admin_op_t op, std::chrono::milliseconds timeout,
                                const SendKafkaRequest& send) {
  const KafkaAdminOptionsPtr options(rd_kafka_AdminOptions_new(&client, op));
  const int timeout_ms = static_cast<int>(timeout.count());
  std::array<char, 256> why{};
  if (const auto code = rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout_ms, why.data(), why.size());
      code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Error{Errc::invalid_argument, why.data()};
  }
  const KafkaQueuePtr answers(rd_kafka_queue_new(&client));
  send(options.get(), answers.get());
  // The request has a timeout of its own; ours is for a client that does not keep it.
  KafkaEventPtr answer(rd_kafka_queue_poll(answers.get(), timeout_ms + 1'000));
  if (!answer) return kafka_error(RD_KAFKA_RESP_ERR__TIMED_OUT, "no broker answers");
  if (rd_kafka_event_error(answer.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return Error{Errc::log_unavailable, rd_kafka_event_error_string(answer.get())};
  }
  return answer;
}

Result<void> subscribe_to(rd_kafka_t& consumer, const std::string& topic, std::string_view what) {
  rd_kafka_poll_set_consumer(&consumer);
  const KafkaPartitionListPtr list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  const auto code = rd_kafka_subscribe(&consumer, list.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return kafka_error(code, what);
  return {};
}

Error kafka_error(rd_kafka_resp_err_t code, std::string_view what) {
  Error error{Errc::log_unavailable, std::string(what) + ": " + rd_kafka_err2str(code)};
  switch (code) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE: error.code = Errc::too_large; break;
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET: error.code = Errc::position_gone; break;
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION: error.code = Errc::corrupt; break;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION: error.code = Errc::not_found; break;
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION: error.code = Errc::invalid_argument; break;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      error.detail += " (docs/kafka.md has the ACLs that are needed)";
      break;
    default: break;
  }
  return error;
}

std::optional<Error> told_error(rd_kafka_resp_err_t code, std::string_view reason) {
  if (code == RD_KAFKA_RESP_ERR__TRANSPORT || code == RD_KAFKA_RESP_ERR__RESOLVE) return std::nullopt;
  return Error{Errc::log_unavailable, std::string(rd_kafka_err2str(code)).append(": ").append(reason)};
}

}  // namespace rapport
