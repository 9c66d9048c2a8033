#include "tests/kafka/other_client.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "engine/log/kafka_handles.h"

namespace rapport {
namespace {

constexpr int kWait_ms = 30'000;

void check(rd_kafka_resp_err_t code, const std::string& what) {
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error(what + ": " + rd_kafka_err2str(code));
}

void check(rd_kafka_error_t* raw, const std::string& what) {
  const KafkaErrorPtr error(raw);
  if (error) throw std::runtime_error(what + ": " + rd_kafka_error_string(error.get()));
}

KafkaPtr make_producer(const std::string& brokers, bool transactional) {
  KafkaConfPtr conf(rd_kafka_conf_new());
  std::array<char, 256> why{};
  const auto set = [&](const char* name, const std::string& value) {
    if (rd_kafka_conf_set(conf.get(), name, value.c_str(), why.data(), why.size()) != RD_KAFKA_CONF_OK) {
      throw std::runtime_error(why.data());
    }
  };
  set("bootstrap.servers", brokers);
  set("message.max.bytes", "8000000");
  if (transactional) set("transactional.id", "other-client");
  KafkaPtr client(rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), why.data(), why.size()));
  if (!client) throw std::runtime_error(why.data());
  static_cast<void>(conf.release());
  return client;
}

bool names_any(rd_kafka_t& client, const std::vector<std::string>& topics) {
  const struct rd_kafka_metadata* native = nullptr;
  check(rd_kafka_metadata(&client, 1, nullptr, &native, kWait_ms), "metadata");
  const KafkaMetadataPtr metadata(native);
  return std::any_of(metadata->topics, metadata->topics + metadata->topic_cnt, [&](const auto& topic) {
    return std::find(topics.begin(), topics.end(), topic.topic) != topics.end();
  });
}

void produce(rd_kafka_t& client, const OtherRecord& record) {
  std::vector<rd_kafka_vu_t> arguments;
  const auto add = [&](rd_kafka_vtype_t type) -> auto& {
    arguments.push_back({});
    arguments.back().vtype = type;
    return arguments.back().u;
  };
  const auto add_bytes = [&](rd_kafka_vtype_t type, const std::string& bytes) {
    auto& argument = add(type);
    argument.mem.ptr = const_cast<char*>(bytes.data());
    argument.mem.size = bytes.size();
  };
  add(RD_KAFKA_VTYPE_TOPIC).cstr = record.topic.c_str();
  add(RD_KAFKA_VTYPE_PARTITION).i32 = record.partition;
  add(RD_KAFKA_VTYPE_MSGFLAGS).i = RD_KAFKA_MSG_F_COPY;
  if (record.key) add_bytes(RD_KAFKA_VTYPE_KEY, *record.key);
  if (record.value) add_bytes(RD_KAFKA_VTYPE_VALUE, *record.value);
  for (const auto& [name, value] : record.headers) {
    auto& header = add(RD_KAFKA_VTYPE_HEADER).header;
    header.name = name.c_str();
    header.val = value.data();
    header.size = static_cast<ssize_t>(value.size());
  }
  check(rd_kafka_produceva(&client, arguments.data(), arguments.size()), "produce to " + record.topic);
}

template <class Send>
KafkaEventPtr ask(rd_kafka_t& client, const std::string& what, const Send& send) {
  const KafkaQueuePtr queue(rd_kafka_queue_new(&client));
  send(queue.get());
  KafkaEventPtr event(rd_kafka_queue_poll(queue.get(), kWait_ms));
  if (!event) throw std::runtime_error(what + ": no answer");
  check(rd_kafka_event_error(event.get()), what);
  return event;
}

// The cluster tells of a new topic a little later than it says that it is made.
void wait_for_leaders(rd_kafka_t& client, const std::string& topic, int partitions) {
  const KafkaTopicPtr handle(rd_kafka_topic_new(&client, topic.c_str(), nullptr));
  for (const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(kWait_ms);
       std::chrono::steady_clock::now() < until;) {
    const struct rd_kafka_metadata* native = nullptr;
    check(rd_kafka_metadata(&client, 0, handle.get(), &native, kWait_ms), "metadata");
    const KafkaMetadataPtr metadata(native);
    const auto& found = metadata->topics[0];
    int led = 0;
    for (int p = 0; p < found.partition_cnt; ++p) led += found.partitions[p].leader >= 0 ? 1 : 0;
    if (led == partitions) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  throw std::runtime_error(topic + " has no leaders");
}

void write_in_transaction(const std::string& brokers, const std::vector<OtherRecord>& records, bool commit) {
  const auto client = make_producer(brokers, true);
  check(rd_kafka_init_transactions(client.get(), kWait_ms), "init_transactions");
  check(rd_kafka_begin_transaction(client.get()), "begin_transaction");
  for (const auto& record : records) produce(*client, record);
  check(rd_kafka_flush(client.get(), kWait_ms), "flush");
  check(
      commit ? rd_kafka_commit_transaction(client.get(), kWait_ms) : rd_kafka_abort_transaction(client.get(), kWait_ms),
      "end of the transaction");
}

}  // namespace

struct OtherClient::Impl {
  std::string brokers;
  KafkaPtr producer;
};

OtherClient::OtherClient(std::string brokers) : impl_(std::make_unique<Impl>()) {
  impl_->producer = make_producer(brokers, false);
  impl_->brokers = std::move(brokers);
}
OtherClient::~OtherClient() = default;

void OtherClient::create_topic(const std::string& topic, int partitions,
                               const std::map<std::string, std::string>& settings) {
  std::array<char, 256> why{};
  const KafkaNewTopicPtr native(rd_kafka_NewTopic_new(topic.c_str(), partitions, 1, why.data(), why.size()));
  for (const auto& [name, value] : settings) {
    check(rd_kafka_NewTopic_set_config(native.get(), name.c_str(), value.c_str()), name);
  }
  rd_kafka_NewTopic_t* topics[] = {native.get()};
  ask(*impl_->producer, "create " + topic,
      [&](auto* queue) { rd_kafka_CreateTopics(impl_->producer.get(), topics, 1, nullptr, queue); });
  wait_for_leaders(*impl_->producer, topic, partitions);
}

void OtherClient::delete_topics(const std::vector<std::string>& topics) {
  std::vector<rd_kafka_DeleteTopic_t*> natives;
  for (const auto& topic : topics) natives.push_back(rd_kafka_DeleteTopic_new(topic.c_str()));
  ask(*impl_->producer, "delete topics", [&](auto* queue) {
    rd_kafka_DeleteTopics(impl_->producer.get(), natives.data(), natives.size(), nullptr, queue);
  });
  rd_kafka_DeleteTopic_destroy_array(natives.data(), natives.size());
  // The controller has deleted them; a busy broker goes on naming them until it has heard of that.
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(kWait_ms);
  while (names_any(*impl_->producer, topics)) {
    if (std::chrono::steady_clock::now() > until) throw std::runtime_error("delete topics: they are still there");
  }
}

void OtherClient::set_topic(const std::string& topic, const std::map<std::string, std::string>& settings) {
  rd_kafka_ConfigResource_t* natives[] = {rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str())};
  for (const auto& [name, value] : settings) {
    check(rd_kafka_ConfigResource_set_config(natives[0], name.c_str(), value.c_str()), name);
  }
  ask(*impl_->producer, "set " + topic,
      [&](auto* queue) { rd_kafka_AlterConfigs(impl_->producer.get(), natives, 1, nullptr, queue); });
  rd_kafka_ConfigResource_destroy_array(natives, 1);
}

void OtherClient::add_partitions(const std::string& topic, int total) {
  std::array<char, 256> why{};
  rd_kafka_NewPartitions_t* natives[] = {
      rd_kafka_NewPartitions_new(topic.c_str(), static_cast<std::size_t>(total), why.data(), why.size())};
  ask(*impl_->producer, "widen " + topic,
      [&](auto* queue) { rd_kafka_CreatePartitions(impl_->producer.get(), natives, 1, nullptr, queue); });
  rd_kafka_NewPartitions_destroy_array(natives, 1);
  wait_for_leaders(*impl_->producer, topic, total);
}

std::int64_t OtherClient::first_offset(const std::string& topic, std::int32_t partition) {
  std::int64_t low = 0, high = 0;
  check(rd_kafka_query_watermark_offsets(impl_->producer.get(), topic.c_str(), partition, &low, &high, kWait_ms),
        "first offset of " + topic);
  return low;
}

void OtherClient::delete_records(const std::string& topic, std::int32_t partition, std::int64_t offset) {
  const KafkaPartitionListPtr list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = offset;
  const KafkaDeleteRecordsPtr wanted(rd_kafka_DeleteRecords_new(list.get()));
  rd_kafka_DeleteRecords_t* natives[] = {wanted.get()};
  const std::string what = "delete records of " + topic;
  const auto event = ask(*impl_->producer, what, [&](auto* queue) {
    rd_kafka_DeleteRecords(impl_->producer.get(), natives, 1, nullptr, queue);
  });
  const auto* deleted = rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event.get()));
  check(deleted->elems[0].err, what);
}

void OtherClient::write(const std::vector<OtherRecord>& records) {
  for (const auto& record : records) produce(*impl_->producer, record);
  check(rd_kafka_flush(impl_->producer.get(), kWait_ms), "flush");
}

void OtherClient::write_committed(const std::vector<OtherRecord>& records) {
  write_in_transaction(impl_->brokers, records, true);
}

void OtherClient::write_aborted(const std::vector<OtherRecord>& records) {
  write_in_transaction(impl_->brokers, records, false);
}

}  // namespace rapport
