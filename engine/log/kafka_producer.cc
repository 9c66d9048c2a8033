#include "engine/log/kafka_producer.h"

#include <array>

#include "events/thread_name.h"

namespace rapport {
namespace {

constexpr int kPollWaitMs = 100;

Result<KafkaPtr> make_producer(const KafkaConnection& connection) {
  const std::array fixed{
      KafkaProperty{"enable.idempotence", "true"},
      KafkaProperty{"acks", "all"},
      KafkaProperty{"message.max.bytes", std::to_string(kKafkaBatchSizeMax)},
      // Our own bound is reached first.
      KafkaProperty{"queue.buffering.max.messages", "10000000"},
      KafkaProperty{"queue.buffering.max.kbytes", "2147483647"},
  };
  const std::array defaults{
      KafkaProperty{"compression.codec", "lz4"},
      KafkaProperty{"linger.ms", "2"},
      // How long an append may wait for a broker. Shorter, and a broker's restart fails what a little patience writes.
      KafkaProperty{"message.timeout.ms", "30000"},
      KafkaProperty{"request.timeout.ms", "10000"},
      KafkaProperty{"socket.timeout.ms", "15000"},
  };
  return make_kafka_client(KafkaRole::producer, connection, {fixed, defaults},
                           {.events = RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR});
}

rd_kafka_vu_t value_of(rd_kafka_vtype_t type, const std::string& bytes) {
  rd_kafka_vu_t argument{};
  argument.vtype = type;
  // librdkafka takes a void pointer, and reads only.
  argument.u.mem.ptr = const_cast<char*>(bytes.data());
  argument.u.mem.size = bytes.size();
  return argument;
}

}  // namespace

// A record that waits, as its delivery report names it.
struct KafkaProducer::Slot {
  Append* append;
  std::size_t index;
};

struct KafkaProducer::Append {
  std::vector<NewRecord> records;
  EventLog::AppendDone done;
  std::vector<LogPosition> positions;
  std::vector<Slot> slots;
  std::size_t bytes = 0;
  std::size_t waiting = 0;  // records without a report
  std::size_t written = 0;  // records that stand in the log
  bool ambiguous = false;   // a record may stand in the log
  std::optional<Error> error = std::nullopt;

  Result<std::vector<LogPosition>> answer() {
    if (!error) return std::move(positions);
    if (written > 0 || ambiguous) error->code = Errc::log_unavailable;
    return *std::move(error);
  }
};

// Destroyed in reverse: topics and queue before the client that they belong to.
struct KafkaProducer::Client {
  KafkaPtr kafka;
  KafkaTopicPtr log, control;
  KafkaQueuePtr queue;
};

KafkaProducer::KafkaProducer(KafkaProducerOptions options, KafkaHealth& health)
    : options_(std::move(options)), health_(health) {}

Result<std::unique_ptr<KafkaProducer>> KafkaProducer::open(KafkaProducerOptions options, KafkaHealth& health) {
  std::unique_ptr<KafkaProducer> producer(new KafkaProducer(std::move(options), health));
  RAPPORT_TRY(producer->connect());
  producer->thread_ = std::thread([raw = producer.get()] { raw->run(); });
  return producer;
}

KafkaProducer::~KafkaProducer() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    if (client_) rd_kafka_queue_yield(client_->queue.get());
  }
  thread_.join();
}

Result<void> KafkaProducer::connect() {
  auto kafka = make_producer(options_.connection);
  if (!kafka) return kafka.error();
  auto client = std::make_unique<Client>();
  client->kafka = *std::move(kafka);
  client->log.reset(rd_kafka_topic_new(client->kafka.get(), options_.topics.log.c_str(), nullptr));
  client->control.reset(rd_kafka_topic_new(client->kafka.get(), options_.topics.control.c_str(), nullptr));
  if (!client->log || !client->control) return kafka_error(rd_kafka_last_error(), options_.topics.log);
  client->queue.reset(rd_kafka_queue_get_main(client->kafka.get()));
  const std::lock_guard lock(mutex_);
  client_ = std::move(client);
  broken_ = false;
  return {};
}

void KafkaProducer::append(std::vector<NewRecord> records, EventLog::AppendDone done) {
  if (records.empty()) return done(std::vector<LogPosition>{});
  auto append = std::make_unique<Append>();
  append->bytes = queued_size_bytes(records);
  append->positions.resize(records.size());
  append->slots.resize(records.size());
  append->waiting = records.size();
  append->records = std::move(records);
  append->done = std::move(done);
  std::optional<Error> refused;
  {
    const std::lock_guard lock(mutex_);
    if (client_ == nullptr || broken_ || stopping_) {
      refused = Error{Errc::log_unavailable, "the producer is being made anew"};
    } else if (queue_bytes_ > 0 && queue_bytes_ + append->bytes > options_.queue_bytes_max) {
      refused = Error{Errc::overloaded, std::to_string(queue_bytes_) + " bytes wait to be written"};
    } else {
      // One append is handed over whole before the next, so a partition's records keep the order of the calls.
      auto code = RD_KAFKA_RESP_ERR_NO_ERROR;
      for (std::size_t i = 0; i < append->records.size(); ++i) {
        append->slots[i] = {append.get(), i};
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR) code = produce(append->slots[i], append->records[i]);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
          fail(*append, append->records[i].partition, kafka_error(code, "the record cannot be sent"));
        }
      }
      if (append->waiting == 0) {
        refused = append->error;
      } else {
        queue_bytes_ += append->bytes;
        ++appends_waiting_;
        static_cast<void>(append.release());  // settle() takes it back with the last report
      }
    }
  }
  if (refused) append->done(*refused);
}

rd_kafka_resp_err_t KafkaProducer::produce(Slot& slot, const NewRecord& record) {
  const bool to_control = record.partition == kControlPartition;
  std::array<rd_kafka_vu_t, 6> arguments{};
  arguments[0].vtype = RD_KAFKA_VTYPE_RKT;
  arguments[0].u.rkt = (to_control ? client_->control : client_->log).get();
  arguments[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  arguments[1].u.i32 = to_control ? 0 : record.partition.value;
  arguments[2] = value_of(RD_KAFKA_VTYPE_KEY, record.key);
  arguments[3] = value_of(RD_KAFKA_VTYPE_VALUE, record.value);
  arguments[4].vtype = RD_KAFKA_VTYPE_OPAQUE;
  arguments[4].u.ptr = &slot;
  std::size_t count = 5;
  std::string recorded_at;
  if (record.recorded_at) {
    recorded_at = std::to_string(record.recorded_at->ms);
    rd_kafka_vu_t& header = arguments[count++];
    header.vtype = RD_KAFKA_VTYPE_HEADER;  // copied
    header.u.header.name = kRecordedAtHeader;
    header.u.header.val = recorded_at.data();
    header.u.header.size = static_cast<ssize_t>(recorded_at.size());
  }
  const KafkaErrorPtr error(rd_kafka_produceva(client_->kafka.get(), arguments.data(), count));
  return error ? rd_kafka_error_code(error.get()) : RD_KAFKA_RESP_ERR_NO_ERROR;
}

void KafkaProducer::fail(Append& append, Partition partition, const Error& error) {
  Error told = error;
  if (told.code == Errc::too_large) {
    if (!append.error) append.error = told;
  } else {
    told.code = Errc::log_unavailable;
    append.error = told;
  }
  --append.waiting;
  health_.append_failed(partition, std::move(told));
}

void KafkaProducer::settle(const rd_kafka_message_t& message, Answered& answered) {
  const Slot& slot = *static_cast<Slot*>(message._private);
  Append& append = *slot.append;
  const Partition partition = append.records[slot.index].partition;
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR && message.offset >= 0) {
    append.positions[slot.index] = {partition, Offset{message.offset}};
    --append.waiting;
    ++append.written;
    health_.append_succeeded(partition);
  } else if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    // The broker had it already, from a try whose answer was lost so long ago that it no longer knows where.
    append.ambiguous = true;
    fail(append, partition, {Errc::log_unavailable, "the record was written, but the broker does not say where"});
  } else {
    append.ambiguous |= rd_kafka_message_status(&message) != RD_KAFKA_MSG_STATUS_NOT_PERSISTED;
    fail(append, partition, kafka_error(message.err, "the record was not acknowledged"));
  }
  if (append.waiting > 0) return;
  queue_bytes_ -= append.bytes;
  --appends_waiting_;
  answered.emplace_back(&append);
}

void KafkaProducer::tell(Answered& answered) {
  for (const auto& append : answered) append->done(append->answer());
}

// Only the thread below polls the queue and replaces the client.
void KafkaProducer::serve(int wait_ms) {
  const KafkaEventPtr event(rd_kafka_queue_poll(client_->queue.get(), wait_ms));
  if (!event) return;
  Answered answered;
  if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_DR) {
    const std::lock_guard lock(mutex_);
    while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event.get())) settle(*message, answered);
  } else if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_ERROR) {
    const auto code = rd_kafka_event_error(event.get());
    const std::lock_guard lock(mutex_);
    if (code == RD_KAFKA_RESP_ERR__FATAL) broken_ = true;
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || code == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
        code == RD_KAFKA_RESP_ERR__SSL || code == RD_KAFKA_RESP_ERR__FATAL) {
      health_.broker_fails({Errc::log_unavailable, rd_kafka_event_error_string(event.get())});
    }
  }
  tell(answered);
}

void KafkaProducer::renew() {
  using Clock = std::chrono::steady_clock;
  rd_kafka_purge(client_->kafka.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  const auto all_told = [this] {
    const std::lock_guard lock(mutex_);
    return appends_waiting_ == 0;
  };
  while (!all_told()) serve(kPollWaitMs);
  if (const auto connected = connect(); !connected) {
    // Threads or descriptors are short; tried again, no faster than the poll.
    health_.broker_fails({Errc::log_unavailable, to_string(connected.error())});
    std::this_thread::sleep_until(Clock::now() + std::chrono::milliseconds(kPollWaitMs));
  }
}

void KafkaProducer::run() {
  name_thread("kafka producer");
  using Clock = std::chrono::steady_clock;
  std::optional<Clock::time_point> give_up;
  while (true) {
    bool renewing = false;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_ && appends_waiting_ == 0) return;
      if (stopping_ && !give_up) give_up = Clock::now() + options_.close_wait;
      renewing = broken_;
    }
    if (renewing) {
      renew();
    } else {
      if (give_up && Clock::now() >= *give_up) {
        rd_kafka_purge(client_->kafka.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
      }
      serve(kPollWaitMs);
    }
  }
}

}  // namespace rapport
