// The limit of reading the log from Kafka: librdkafka consuming a topic from its beginning to its end and counting;
// with `parse`, simdjson walking each value whole beside it. Nothing else is done with a record.
//
//   kafka_limit BROKERS TOPIC count|parse
//
// Prints the number of records. Ends with 1 where the topic cannot be read.
#include <librdkafka/rdkafka.h>
#include <simdjson.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>

namespace {

constexpr int kWait_ms = 10'000;
constexpr std::size_t kBatch = 4'096;

[[noreturn]] void fail(const std::string& reason) {
  std::cerr << "kafka_limit: " << reason << "\n";
  std::exit(1);
}

rd_kafka_t* make_consumer(const char* brokers) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  std::array<char, 512> reason;
  // The settings that Rapport reads with (engine/log/kafka_reader.cc).
  const std::array<std::array<const char*, 2>, 7> settings{{{"bootstrap.servers", brokers},
                                                            {"enable.partition.eof", "true"},
                                                            {"check.crcs", "true"},
                                                            {"fetch.wait.max.ms", "100"},
                                                            {"fetch.message.max.bytes", "4194304"},
                                                            {"queued.min.messages", "1000000"},
                                                            {"queued.max.messages.kbytes", "65536"}}};
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf, name, value, reason.data(), reason.size()) != RD_KAFKA_CONF_OK) fail(reason.data());
  }
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, reason.data(), reason.size());
  if (client == nullptr) fail(reason.data());
  return client;
}

int partition_count(rd_kafka_t* client, rd_kafka_topic_t* topic) {
  const struct rd_kafka_metadata* metadata = nullptr;
  const auto error = rd_kafka_metadata(client, 0, topic, &metadata, kWait_ms);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) fail(rd_kafka_err2str(error));
  const int count = metadata->topic_cnt == 1 ? metadata->topics[0].partition_cnt : 0;
  rd_kafka_metadata_destroy(metadata);
  return count;
}

// A walk over every member, so that on-demand parsing leaves nothing out.
void walk(simdjson::ondemand::value value) {
  switch (value.type()) {
    case simdjson::ondemand::json_type::object:
      for (auto member : value.get_object()) walk(member.value());
      break;
    case simdjson::ondemand::json_type::array:
      for (auto element : value.get_array()) walk(element.value());
      break;
    case simdjson::ondemand::json_type::string: (void)value.get_string().value(); break;
    default: (void)value.raw_json_token();
  }
}

class Parser {
 public:
  void parse(const void* bytes, std::size_t size) {
    if (scratch_.size() < size + simdjson::SIMDJSON_PADDING) scratch_.resize(2 * size + simdjson::SIMDJSON_PADDING);
    std::memcpy(scratch_.data(), bytes, size);
    auto document = parser_.iterate(scratch_.data(), size, scratch_.size());
    for (auto member : document.get_object()) walk(member.value());
  }

 private:
  simdjson::ondemand::parser parser_;
  std::string scratch_;
};

int run(const char* brokers, const char* name, bool parse) {
  rd_kafka_t* client = make_consumer(brokers);
  rd_kafka_topic_t* topic = rd_kafka_topic_new(client, name, nullptr);
  rd_kafka_queue_t* queue = rd_kafka_queue_new(client);
  const int partitions = partition_count(client, topic);
  if (partitions == 0) fail("no such topic");
  for (int partition = 0; partition < partitions; ++partition) {
    if (rd_kafka_consume_start_queue(topic, partition, RD_KAFKA_OFFSET_BEGINNING, queue) != 0) fail("cannot start");
  }
  Parser parser;
  std::uint64_t records = 0;
  std::array<rd_kafka_message_t*, kBatch> batch;
  for (int ended = 0; ended < partitions;) {
    auto got = rd_kafka_consume_batch_queue(queue, 0, batch.data(), batch.size());
    if (got <= 0) got = rd_kafka_consume_batch_queue(queue, kWait_ms, batch.data(), 1);
    if (got <= 0) fail("no record came");
    for (ssize_t i = 0; i < got; ++i) {
      rd_kafka_message_t* message = batch[static_cast<std::size_t>(i)];
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        ++ended;
      } else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        fail(rd_kafka_message_errstr(message));
      } else {
        ++records;
        if (parse) parser.parse(message->payload, message->len);
      }
      rd_kafka_message_destroy(message);
    }
  }
  for (int partition = 0; partition < partitions; ++partition) rd_kafka_consume_stop(topic, partition);
  rd_kafka_queue_destroy(queue);
  rd_kafka_topic_destroy(topic);
  rd_kafka_destroy(client);
  std::cout << records << "\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc == 4 ? argv[3] : "";
  if (what != "count" && what != "parse") fail("usage: kafka_limit BROKERS TOPIC count|parse");
  return run(argv[1], argv[2], what == "parse");
}
