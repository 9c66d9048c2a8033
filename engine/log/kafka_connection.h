// Where a Kafka cluster is, and whatever librdkafka must know to reach it.
#pragma once

#include <map>
#include <string>

namespace rapport {

struct KafkaConnection {
  std::string brokers;  // "host:port,host:port"
  // Any of librdkafka's properties: security.protocol, sasl.*, ssl.*, linger.ms ... Those that would lose or reorder
  // events are fixed (engine/log/kafka_client.h).
  std::map<std::string, std::string> properties;
};

}  // namespace rapport
