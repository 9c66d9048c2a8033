#include "engine/log/kafka_key_stream.h"

#include <algorithm>
#include <array>
#include <thread>

#include "engine/log/kafka_reader.h"
#include "engine/log/kafka_topics.h"

namespace rapport {
namespace {

constexpr std::chrono::milliseconds kBehindSegment{1'000};
constexpr std::chrono::milliseconds kDeliveryWait{10'000};
constexpr std::chrono::milliseconds kLookWait{1'000};  // whether to stop, while nobody answers
constexpr std::chrono::milliseconds kRetryDelay{20};
constexpr std::size_t kAppendRecordsMax = 10'000;
const std::string kClosingKey = "t";

Result<KafkaPtr> make_producer(const KafkaConnection& connection) {
  const std::array fixed{KafkaProperty{"enable.idempotence", "true"}, KafkaProperty{"acks", "all"}};
  const std::array defaults{KafkaProperty{"linger.ms", "0"},
                            KafkaProperty{"message.timeout.ms", std::to_string(kDeliveryWait.count())},
                            KafkaProperty{"request.timeout.ms", "5000"}};
  return make_kafka_client(KafkaRole::producer, connection, {fixed, defaults},
                           {.events = RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR});
}

rd_kafka_vu_t mem_of(rd_kafka_vtype_t type, const std::string* bytes) {
  rd_kafka_vu_t out{};
  out.vtype = type;
  // librdkafka takes void pointers, and copies. A null pointer is a value that is none.
  out.u.mem.ptr = bytes == nullptr ? nullptr : const_cast<char*>(bytes->data());
  out.u.mem.size = bytes == nullptr ? 0 : bytes->size();
  return out;
}

rd_kafka_resp_err_t produce(rd_kafka_t& producer, const std::string& topic, const KeyRecord& record) {
  std::array<rd_kafka_vu_t, 5> arguments{};
  arguments[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  arguments[0].u.cstr = topic.c_str();
  arguments[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  arguments[1].u.i32 = 0;
  arguments[2] = mem_of(RD_KAFKA_VTYPE_KEY, &record.key);
  arguments[3] = mem_of(RD_KAFKA_VTYPE_VALUE, record.value ? &*record.value : nullptr);
  arguments[4].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  arguments[4].u.i = RD_KAFKA_MSG_F_COPY;
  const KafkaErrorPtr error(rd_kafka_produceva(&producer, arguments.data(), arguments.size()));
  return error ? rd_kafka_error_code(error.get()) : RD_KAFKA_RESP_ERR_NO_ERROR;
}

// A reader of logs, to which the topic is as a control stream alone.
KafkaTopicNames as_control(const std::string& name) {
  KafkaTopicNames names(name);
  names.control = name;
  return names;
}

}  // namespace

KafkaKeyStream::KafkaKeyStream(const KafkaKeyStreamOptions& options)
    : options_(options), name_(KafkaTopicNames(options.topic).keys) {}

KafkaKeyStream::~KafkaKeyStream() = default;

Result<std::unique_ptr<KeyStream>> KafkaKeyStream::open(const KafkaKeyStreamOptions& options, bool make) {
  std::unique_ptr<KafkaKeyStream> stream(new KafkaKeyStream(options));
  auto asking = make_kafka_asking_client(options.connection);
  if (!asking) return asking.error();
  stream->asking_ = *std::move(asking);
  bool there = false;
  RAPPORT_TRY(stream->find_or_make_topic(make, there));
  if (!there) return std::unique_ptr<KeyStream>();
  stream->closing_due_ = Clock::now() + options.forget_after + kBehindSegment;
  return std::unique_ptr<KeyStream>(std::move(stream));
}

Result<void> KafkaKeyStream::find_or_make_topic(bool make, bool& there) {
  KafkaTopics asked(*asking_, options_.connection.brokers, options_.answer_wait);
  const auto count = asked.partition_count(name_);
  if (!count) return count.error();
  there = count->has_value();
  if (!there && !make) return {};
  if (!there) {
    RAPPORT_TRY(asked.create({.name = name_,
                              .use = KafkaTopicUse::keys,
                              .replication = options_.replication,
                              .forget_after = options_.forget_after}));
    there = true;
  } else if (**count != 1) {
    return Error{Errc::wrong_format, "has " + std::to_string(**count) + " partitions, and must have one", name_};
  }
  return asked.check_settings(name_, KafkaTopicUse::keys);
}

// The offset of the last record there was; -1: none.
Result<Offset> KafkaKeyStream::end() {
  const auto wait = std::min(options_.answer_wait, kLookWait);
  const KafkaPartitionListPtr list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_t& at = *rd_kafka_topic_partition_list_add(list.get(), name_.c_str(), 0);
  for (const auto deadline = Clock::now() + options_.answer_wait;;) {
    if (stopping_) return stopped();
    at.offset = RD_KAFKA_OFFSET_END;
    const auto asked = ask_offsets(*asking_, *list, wait, "the end of " + name_ + " is not told");
    if (asked) return Offset{at.offset - 1};
    if (Clock::now() >= deadline) return Error{Errc::log_unavailable, asked.error().detail, asked.error().field};
    std::this_thread::sleep_for(kRetryDelay);
  }
}

Result<bool> KafkaKeyStream::is_empty() {
  const auto last = end();
  if (!last) return last.error();
  return last->value < 0;
}

Error KafkaKeyStream::stopped() const { return {Errc::log_unavailable, "is read no more: we stop", name_}; }

Result<void> KafkaKeyStream::append(const std::vector<KeyRecord>& records) {
  for (std::size_t begin = 0; begin < records.size(); begin += kAppendRecordsMax) {
    if (!producer_) {
      auto made = make_producer(options_.connection);
      if (!made) return made.error();
      producer_ = *std::move(made);
    }
    const std::size_t end = std::min(records.size(), begin + kAppendRecordsMax);
    std::size_t sent = 0;
    auto code = RD_KAFKA_RESP_ERR_NO_ERROR;
    for (std::size_t i = begin; i < end && code == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
      code = produce(*producer_, name_, records[i]);
      if (code == RD_KAFKA_RESP_ERR_NO_ERROR) ++sent;
      if (!records[i].value) closing_due_ = Clock::now() + options_.forget_after + kBehindSegment;
    }
    auto delivered = deliver(sent);
    if (delivered && code != RD_KAFKA_RESP_ERR_NO_ERROR) delivered = kafka_error(code, "a key cannot be sent");
    if (delivered) continue;
    // Whatever it is in the middle of: the next append begins anew, and says the same again.
    producer_.reset();
    Error error = delivered.error();
    error.code = Errc::log_unavailable;
    return error;
  }
  return {};
}

Result<void> KafkaKeyStream::deliver(std::size_t count) {
  const KafkaQueuePtr queue(rd_kafka_queue_get_main(producer_.get()));
  const auto deadline = Clock::now() + kDeliveryWait + std::chrono::seconds(5);
  while (count > 0) {
    if (stopping_) return stopped();
    const KafkaEventPtr event(rd_kafka_queue_poll(queue.get(), 100));
    if (event && rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_ERROR) {
      if (rd_kafka_event_error(event.get()) == RD_KAFKA_RESP_ERR__FATAL) {
        return kafka_error(RD_KAFKA_RESP_ERR__FATAL, name_);
      }
    } else if (event) {
      while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event.get())) {
        if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) return kafka_error(message->err, "a key is not written");
        --count;
      }
    }
    if (count > 0 && Clock::now() >= deadline) return kafka_error(RD_KAFKA_RESP_ERR__TIMED_OUT, name_);
  }
  return {};
}

Result<Offset> KafkaKeyStream::read(Offset after, const Take& take) {
  const auto last = end();
  if (!last) return last.error();
  if (after > *last) return Error{Errc::position_gone, "ends before where it was read to", name_};
  if (after == *last) return after;
  if (!reader_ || reader_->positions().at(kControlPartition) != after) {
    reader_.reset();
    auto opened = KafkaReader::open(options_.connection, as_control(name_), {{kControlPartition, after}}, health_);
    if (!opened) return opened.error();
    reader_ = *std::move(opened);
  }
  const auto fail = [this](Error error) {
    reader_.reset();
    return error;
  };
  RecordBatch batch;
  for (auto deadline = Clock::now() + options_.answer_wait; reader_->positions().at(kControlPartition) < *last;) {
    batch.clear();
    if (stopping_) return fail(stopped());
    const auto read = reader_->read({}, batch);
    if (!reader_->faults().empty()) return fail(reader_->faults().front().error);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const RecordBatch::Record record = batch[i];
      KeyRecord given{std::string(record.key), std::nullopt};
      if (record.has_value) given.value = std::string(record.value);
      if (const auto taken = take(record.position.offset, given); !taken) return fail(taken.error());
    }
    if (!batch.empty()) {
      deadline = Clock::now() + options_.answer_wait;
    } else if (Clock::now() >= deadline) {
      return fail(read ? Error{Errc::log_unavailable, "what stands in it does not come", name_} : read.error());
    }
  }
  return reader_->positions().at(kControlPartition);
}

Result<void> KafkaKeyStream::tend() {
  if (!closing_due_ || Clock::now() < *closing_due_) return {};
  RAPPORT_TRY(append({{kClosingKey, "1"}}));
  closing_due_.reset();
  return {};
}

}  // namespace rapport
