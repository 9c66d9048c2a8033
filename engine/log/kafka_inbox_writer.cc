#include "engine/log/kafka_inbox_writer.h"

#include <array>
#include <optional>

#include "engine/log/kafka_client.h"
#include "engine/log/kafka_topics.h"

namespace rapport {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPollMs = 100;
constexpr std::chrono::seconds kAnswerWait{10};
constexpr std::chrono::minutes kFlushWait{1};  // without one more record delivered

// A producer would find out after its patience with each record, and cannot say why nobody answers.
Result<void> find_topic(const KafkaConnection& connection, const std::string& topic) {
  const auto asking = make_kafka_asking_client(connection);
  if (!asking) return asking.error();
  const auto count = KafkaTopics(**asking, connection.brokers, kAnswerWait).partition_count(topic);
  if (!count) return count.error();
  if (*count) return {};
  return Error{Errc::not_found, "the topic does not exist: the engine of that log makes it, with --create-topics",
               topic};
}

}  // namespace

struct KafkaInboxWriter::Impl {
  std::string topic;
  KafkaPtr client;
  KafkaQueuePtr reports;
  std::uint64_t delivered = 0;
  std::optional<Error> failed;

  // Takes the delivery reports there are, waiting for the first.
  void poll(int wait_ms) {
    const KafkaEventPtr event(rd_kafka_queue_poll(reports.get(), wait_ms));
    if (!event || rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_DR) return;
    while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event.get())) {
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        ++delivered;
      } else if (!failed) {
        failed = kafka_error(message->err, topic + " did not take a record");
      }
    }
  }
};

Result<std::unique_ptr<KafkaInboxWriter>> KafkaInboxWriter::open(const KafkaConnection& connection,
                                                                 const std::string& topic) {
  const std::array<KafkaProperty, 3> fixed{KafkaProperty{"enable.idempotence", "true"}, KafkaProperty{"acks", "all"},
                                           KafkaProperty{"partitioner", "murmur2_random"}};
  const std::array<KafkaProperty, 2> defaults{KafkaProperty{"compression.type", "lz4"},
                                              KafkaProperty{"linger.ms", "20"}};
  auto client = make_kafka_client(KafkaRole::producer, connection, {.fixed = fixed, .defaults = defaults},
                                  {.events = RD_KAFKA_EVENT_DR});
  if (!client) return client.error();
  auto impl = std::make_unique<Impl>();
  impl->topic = KafkaTopicNames(topic).inbox;
  RAPPORT_TRY(find_topic(connection, impl->topic));
  impl->client = *std::move(client);
  impl->reports.reset(rd_kafka_queue_get_main(impl->client.get()));
  return std::unique_ptr<KafkaInboxWriter>(new KafkaInboxWriter(std::move(impl)));
}

KafkaInboxWriter::KafkaInboxWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KafkaInboxWriter::~KafkaInboxWriter() = default;

Result<void> KafkaInboxWriter::write(std::string_view key, std::string_view event) {
  while (true) {
    if (impl_->failed) return *impl_->failed;
    const rd_kafka_resp_err_t queued =
        rd_kafka_producev(impl_->client.get(), RD_KAFKA_V_TOPIC(impl_->topic.c_str()),
                          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key.data(), key.size()),
                          RD_KAFKA_V_VALUE(const_cast<char*>(event.data()), event.size()), RD_KAFKA_V_END);
    if (queued == RD_KAFKA_RESP_ERR_NO_ERROR) {
      impl_->poll(0);
      return {};
    }
    if (queued != RD_KAFKA_RESP_ERR__QUEUE_FULL) return kafka_error(queued, impl_->topic + " did not take a record");
    impl_->poll(kPollMs);
  }
}

Result<void> KafkaInboxWriter::flush() {
  std::uint64_t delivered = impl_->delivered;
  for (auto until = Clock::now() + kFlushWait; rd_kafka_outq_len(impl_->client.get()) > 0;) {
    impl_->poll(kPollMs);
    if (impl_->failed) return *impl_->failed;
    if (delivered != impl_->delivered) {
      delivered = impl_->delivered;
      until = Clock::now() + kFlushWait;
    } else if (Clock::now() >= until) {
      return Error{Errc::log_unavailable, "has taken no record for a minute", impl_->topic};
    }
  }
  return {};
}

std::uint64_t KafkaInboxWriter::delivered() const { return impl_->delivered; }

}  // namespace rapport
