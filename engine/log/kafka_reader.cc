#include "engine/log/kafka_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "engine/log/kafka_producer.h"

namespace rapport {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kFetchMax = 4'096;      // records taken from librdkafka at once
constexpr std::size_t kFullQueueMin = 8'192;  // messages: a queue that had fewer was not full
constexpr int kAskWaitMs = 100;

Result<KafkaPtr> make_consumer(const KafkaConnection& connection, std::chrono::milliseconds question_wait,
                               const KafkaClientEvents& events) {
  const std::array fixed{KafkaProperty{"auto.offset.reset", "error"},
                         KafkaProperty{"isolation.level", "read_committed"},
                         KafkaProperty{"check.crcs", "true"},
                         KafkaProperty{"enable.partition.eof", "true"},
                         KafkaProperty{"enable.auto.commit", "false"},
                         KafkaProperty{"enable.auto.offset.store", "false"},
                         KafkaProperty{"allow.auto.create.topics", "false"}};
  const std::array defaults{
      KafkaProperty{"fetch.wait.max.ms", std::to_string(question_wait.count())},
      KafkaProperty{"fetch.error.backoff.ms", "50"},
      // As they come over the wire, packed: what one answer holds comes on top of the queue's bound. The broker is
      // asked for more only once an answer is unpacked, so that small ones keep the three of them at work: it, the
      // unpacking and whoever takes what was unpacked.
      KafkaProperty{"fetch.message.max.bytes", "262144"},
      KafkaProperty{"fetch.max.bytes", "1048576"},
      // Its bytes bound the queue (keep_fetching).
      KafkaProperty{"queued.min.messages", "1000000"},
      KafkaProperty{"queued.max.messages.kbytes", "16384"},
      KafkaProperty{"socket.timeout.ms", "15000"},
  };
  return make_kafka_client(KafkaRole::consumer, connection, {fixed, defaults}, events);
}

// Whoever may write to the topic may claim any time, but one that RFC 3339 has no year for can be told to nobody.
Timestamp recorded_at_of(const rd_kafka_message_t& message) {
  rd_kafka_headers_t* headers = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  if (rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR &&
      rd_kafka_header_get_last(headers, kRecordedAtHeader, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    std::int64_t ms = 0;
    const char* begin = static_cast<const char*>(value);
    const auto [end, error] = std::from_chars(begin, begin + size, ms);
    const Timestamp claimed{ms};
    const bool is_number = error == std::errc() && end == begin + size;
    if (is_number && claimed >= kTimestampMin && claimed <= kTimestampMax) return claimed;
  }
  rd_kafka_timestamp_type_t type{};
  return std::clamp(Timestamp{rd_kafka_message_timestamp(&message, &type)}, kTimestampMin, kTimestampMax);
}

}  // namespace

Result<std::unique_ptr<KafkaReader>> KafkaReader::open(const KafkaConnection& connection, const KafkaTopicNames& topics,
                                                       const Positions& after, const KafkaHealth& health,
                                                       std::chrono::milliseconds question_wait) {
  std::unique_ptr<KafkaReader> reader(new KafkaReader(topics, after, health));
  RAPPORT_TRY(reader->connect(connection, question_wait));
  return reader;
}

Result<void> KafkaReader::connect(const KafkaConnection& connection, std::chrono::milliseconds question_wait) {
  const auto on_error = [](rd_kafka_t*, int code, const char* reason, void* reader) {
    static_cast<KafkaReader*>(reader)->take_client_error(static_cast<rd_kafka_resp_err_t>(code), reason);
  };
  auto client = make_consumer(connection, question_wait, {.error = on_error, .opaque = this});
  if (!client) return client.error();
  client_ = *std::move(client);
  log_.reset(rd_kafka_topic_new(client_.get(), topics_.log.c_str(), nullptr));
  control_.reset(rd_kafka_topic_new(client_.get(), topics_.control.c_str(), nullptr));
  if (!log_ || !control_) return kafka_error(rd_kafka_last_error(), topics_.log);
  queue_.reset(rd_kafka_queue_new(client_.get()));
  control_queue_.reset(rd_kafka_queue_new(client_.get()));
  const auto on_arrival = [](rd_kafka_t*, void* opaque) {
    auto* reader = static_cast<KafkaReader*>(opaque);
    const std::lock_guard lock(reader->arrival_mutex_);
    reader->has_arrived_ = true;
    reader->arrival_.notify_one();
  };
  for (rd_kafka_queue_t* queue : {queue_.get(), control_queue_.get()}) {
    rd_kafka_queue_cb_event_enable(queue, on_arrival, this);
  }
  for (const auto& [partition, offset] : positions_) {
    const bool is_control = partition == kControlPartition;
    if (rd_kafka_consume_start_queue((is_control ? control_ : log_).get(), is_control ? 0 : partition.value,
                                     offset.value + 1, (is_control ? control_queue_ : queue_).get()) != 0) {
      return kafka_error(rd_kafka_last_error(), "partition " + std::to_string(partition.value) + " cannot be read");
    }
    started_.push_back(partition);
  }
  return {};
}

KafkaReader::~KafkaReader() {
  for (rd_kafka_queue_t* queue : {queue_.get(), control_queue_.get()}) {
    if (queue != nullptr) rd_kafka_queue_cb_event_enable(queue, nullptr, nullptr);
  }
  for (const Partition partition : started_) {
    const bool is_control = partition == kControlPartition;
    rd_kafka_consume_stop((is_control ? control_ : log_).get(), is_control ? 0 : partition.value);
  }
}

// A topic that is gone is told here, once for each of its partitions; the reason begins with its name.
void KafkaReader::take_client_error(rd_kafka_resp_err_t code, std::string_view reason) {
  const bool topic_gone = code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
                          code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
  if (!topic_gone) {
    if (auto told = told_error(code, reason)) error_ = std::move(told);
    return;
  }
  const bool of_control = reason.starts_with(topics_.control);
  for (const Partition partition : started_) {
    if ((partition == kControlPartition) != of_control || is_halted(partition)) continue;
    faults_.push_back(
        {partition,
         {Errc::position_gone, "its topic is gone: it was deleted", of_control ? topics_.control : topics_.log}});
  }
}

// The control stream's records first. Each queue for itself, always: records of one that were forwarded to the other
// stay there, and those behind them would be read first.
void KafkaReader::fetch(std::size_t count, std::chrono::milliseconds wait) {
  rd_kafka_poll(client_.get(), 0);  // errors of the client
  scratch_.resize(count);
  const auto until = Clock::now() + wait;
  for (bool may_be_more = true; may_be_more;) {
    std::unique_lock lock(arrival_mutex_);
    has_arrived_ = false;
    lock.unlock();
    auto got = fetch_of(control_queue_.get());
    if (got <= 0) got = fetch_of(queue_.get());
    for (ssize_t i = 0; i < got; ++i) fetched_.emplace_back(scratch_[static_cast<std::size_t>(i)]);
    if (got > 0) return keep_fetching();
    lock.lock();
    may_be_more = arrival_.wait_until(lock, until, [this] { return has_arrived_; });
  }
}

ssize_t KafkaReader::fetch_of(rd_kafka_queue_t* queue) {
  return rd_kafka_consume_batch_queue(queue, 0, scratch_.data(), scratch_.size());
}

// librdkafka finds out that a full queue has room again when its thread for the broker has something to do, or after a
// second: so once half of the queue was taken that broker is asked something.
void KafkaReader::keep_fetching() {
  const std::size_t queued = rd_kafka_queue_length(queue_.get());
  most_queued_ = std::max(most_queued_, queued);
  if (most_queued_ < kFullQueueMin || queued > most_queued_ / 2) return;
  most_queued_ = queued;
  asked_of_last_ = (asked_of_last_ + 1) % started_.size();
  const Partition partition = started_[asked_of_last_];
  const bool is_control = partition == kControlPartition;
  std::int64_t first = 0, end = 0;
  // Whatever comes of it: what is wrong is told by reading.
  (void)rd_kafka_query_watermark_offsets(client_.get(), (is_control ? topics_.control : topics_.log).c_str(),
                                         is_control ? 0 : partition.value, &first, &end, kAskWaitMs);
}

Result<void> KafkaReader::read(const ReadLimits& limits, RecordBatch& out) {
  const auto until = Clock::now() + limits.wait_max;
  const std::size_t records_before = out.size(), bytes_before = out.size_bytes();
  const auto added = [&] { return out.size() - records_before; };
  while (added() < limits.records_max && out.size_bytes() - bytes_before < limits.bytes_max) {
    if (fetched_.empty()) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
      const bool may_wait = added() == 0 && left.count() > 0;
      fetch(std::min(kFetchMax, limits.records_max - added()), may_wait ? left : std::chrono::milliseconds(0));
      if (fetched_.empty() && !may_wait) break;
    } else {
      take(*fetched_.front(), out);
      fetched_.pop_front();
    }
  }
  if (added() > 0) return {};
  std::optional<Error> error = std::exchange(error_, std::nullopt);
  if (!error) error = health_.error();
  if (error) return *std::move(error);
  return {};
}

void KafkaReader::take(const rd_kafka_message_t& message, RecordBatch& out) {
  if (message.rkt == nullptr) {  // of no topic: of the client
    error_ = kafka_error(message.err, "the log cannot be read");
    error_->code = Errc::log_unavailable;
    return;
  }
  const Partition partition = message.rkt == control_.get() ? kControlPartition : Partition{message.partition};
  if (is_halted(partition)) return;
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) return take_error(message, partition);
  Offset& reached = positions_.at(partition);
  if (message.offset <= reached.value) return;  // fetched again after a broker went away
  reached = Offset{message.offset};
  std::optional<std::string_view> value;
  if (message.payload != nullptr) value = bytes_of(message.payload, message.len);
  out.add({partition, reached}, recorded_at_of(message), bytes_of(message.key, message.key_len), value);
}

void KafkaReader::take_error(const rd_kafka_message_t& message, Partition partition) {
  const auto at = "after offset " + std::to_string(positions_.at(partition).value);
  switch (message.err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF: {
      Offset& reached = positions_.at(partition);
      reached = std::max(reached, Offset{message.offset - 1});
      return;
    }
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      faults_.push_back(
          {partition,
           {Errc::position_gone,
            "the record " + at + " is gone: deleted by a retention or by hand, or its topic was made anew",
            rd_kafka_topic_name(message.rkt)}});
      return;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION: return take_client_error(message.err, rd_kafka_topic_name(message.rkt));
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
    case RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED: {
      const auto said = bytes_of(message.payload, message.len);
      faults_.push_back({partition,
                         {Errc::corrupt,
                          "the records " + at + " do not read back: " +
                              (said.empty() ? std::string(rd_kafka_err2str(message.err)) : std::string(said)),
                          rd_kafka_topic_name(message.rkt)}});
      return;
    }
    default: {
      error_ = kafka_error(message.err, "partition " + std::to_string(partition.value) + " " + at);
      error_->code = Errc::log_unavailable;
    }
  }
}

bool KafkaReader::is_halted(Partition partition) const {
  return std::any_of(faults_.begin(), faults_.end(), [&](const auto& fault) { return fault.partition == partition; });
}

}  // namespace rapport
