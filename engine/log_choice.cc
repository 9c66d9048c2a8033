#include "engine/log_choice.h"

#include "engine/log/embedded_log.h"
#include "engine/log/kafka_key_stream.h"
#include "engine/log/kafka_topics.h"

namespace rapport {

LogChoice embedded_log(std::int32_t partition_count) {
  return {.kind = "embedded",
          .open = [partition_count](const std::filesystem::path& path) -> Result<std::unique_ptr<EventLog>> {
            auto log = EmbeddedLog::open({.directory = path, .partition_count = partition_count});
            if (!log) return log.error();
            return std::unique_ptr<EventLog>(*std::move(log));
          }};
}

LogChoice kafka_log(const KafkaLogOptions& options) {
  LogChoice choice{.kind = "kafka"};
  choice.open = [options](const std::filesystem::path&) -> Result<std::unique_ptr<EventLog>> {
    auto log = KafkaLog::open(options);
    if (!log) return log.error();
    return std::unique_ptr<EventLog>(*std::move(log));
  };
  choice.seal.open_stream = [options](bool make) -> Result<std::unique_ptr<KeyStream>> {
    const KafkaKeyStreamOptions keys{
        .connection = options.connection, .topic = options.topic, .replication = options.replication};
    auto stream = KafkaKeyStream::open(keys, make && options.create_topics);
    if (!stream || *stream || !make) return stream;
    return Error{Errc::not_found, "the topic does not exist; --create-topics makes it, --no-encrypt does without",
                 KafkaTopicNames(options.topic).keys};
  };
  choice.open_inbox = [options](KafkaInbox::Handler handler, bool delete_moved) {
    return KafkaInbox::open({.connection = options.connection,
                             .topic = options.topic,
                             .create_topic = options.create_topics,
                             .partition_count = options.partition_count,
                             .replication = options.replication,
                             .delete_moved = delete_moved},
                            std::move(handler));
  };
  return choice;
}

}  // namespace rapport
