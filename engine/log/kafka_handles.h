// librdkafka's C objects as owners: each is destroyed by its own function, once.
//
// The sharp edges, which a deleter cannot blunt:
// - A configuration belongs to the client that rd_kafka_new made of it, so release() it then.
// - rd_kafka_destroy waits for the client's threads, and forgets messages whose delivery report was not fetched.
// - A topic, queue or message must be destroyed before its client: declare it after.
#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>
#include <string_view>

namespace rapport {

// Where librdkafka gives no bytes, it gives no place either.
inline std::string_view bytes_of(const void* begin, std::size_t size) {
  return begin == nullptr ? std::string_view() : std::string_view(static_cast<const char*>(begin), size);
}

template <auto kDestroy>
struct KafkaDeleter {
  template <class T>
  void operator()(T* object) const {
    kDestroy(object);
  }
};

using KafkaConfPtr = std::unique_ptr<rd_kafka_conf_t, KafkaDeleter<rd_kafka_conf_destroy>>;
using KafkaPtr = std::unique_ptr<rd_kafka_t, KafkaDeleter<rd_kafka_destroy>>;
using KafkaTopicPtr = std::unique_ptr<rd_kafka_topic_t, KafkaDeleter<rd_kafka_topic_destroy>>;
using KafkaQueuePtr = std::unique_ptr<rd_kafka_queue_t, KafkaDeleter<rd_kafka_queue_destroy>>;
using KafkaEventPtr = std::unique_ptr<rd_kafka_event_t, KafkaDeleter<rd_kafka_event_destroy>>;
using KafkaErrorPtr = std::unique_ptr<rd_kafka_error_t, KafkaDeleter<rd_kafka_error_destroy>>;
using KafkaMessagePtr = std::unique_ptr<rd_kafka_message_t, KafkaDeleter<rd_kafka_message_destroy>>;
using KafkaMetadataPtr = std::unique_ptr<const struct rd_kafka_metadata, KafkaDeleter<rd_kafka_metadata_destroy>>;
using KafkaNewTopicPtr = std::unique_ptr<rd_kafka_NewTopic_t, KafkaDeleter<rd_kafka_NewTopic_destroy>>;
using KafkaDeleteRecordsPtr = std::unique_ptr<rd_kafka_DeleteRecords_t, KafkaDeleter<rd_kafka_DeleteRecords_destroy>>;
using KafkaAdminOptionsPtr = std::unique_ptr<rd_kafka_AdminOptions_t, KafkaDeleter<rd_kafka_AdminOptions_destroy>>;
using KafkaConfigResourcePtr =
    std::unique_ptr<rd_kafka_ConfigResource_t, KafkaDeleter<rd_kafka_ConfigResource_destroy>>;
using KafkaPartitionListPtr =
    std::unique_ptr<rd_kafka_topic_partition_list_t, KafkaDeleter<rd_kafka_topic_partition_list_destroy>>;

}  // namespace rapport
