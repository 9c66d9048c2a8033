#include "engine/log/kafka_log.h"

#include <algorithm>
#include <future>
#include <thread>

#include "engine/log/kafka_client.h"
#include "engine/log/kafka_health.h"
#include "engine/log/kafka_producer.h"
#include "engine/log/kafka_reader.h"
#include "engine/log/kafka_topics.h"
#include "engine/log/log_opened.h"

namespace rapport {
namespace {

using Clock = std::chrono::steady_clock;

// ends() is asked often, by threads that have better things to do.
constexpr std::chrono::milliseconds kEndsWait{3'000};

}  // namespace

struct KafkaLog::Impl {
  explicit Impl(const KafkaLogOptions& given) : options(given), topics(given.topic) {}

  const KafkaLogOptions options;
  const KafkaTopicNames topics;
  KafkaHealth health;
  KafkaPtr asking;
  std::unique_ptr<KafkaProducer> producer;
  std::int32_t partition_count = 0;
  LogId id;

  Result<void> find_or_make_topics();
  Result<void> find_or_name_log();
  Result<std::optional<LogOpened>> read_log_opened();
  Result<void> name_log();
  Result<void> check_partitions(const LogOpened& opened) const;
  Result<Positions> ends(std::chrono::milliseconds wait);
  Result<std::unique_ptr<LogReader>> open_reader(const Positions& after, std::chrono::milliseconds question_wait);
  Result<Positions> ends_when_led();
};

Result<void> KafkaLog::Impl::find_or_make_topics() {
  KafkaTopics asked(*asking, options.connection.brokers, options.answer_wait);
  const auto log_count = asked.partition_count(topics.log);
  if (!log_count) return log_count.error();
  const auto control_count = asked.partition_count(topics.control);
  if (!control_count) return control_count.error();
  if (!*log_count || !*control_count) {
    const std::string& missing = *log_count ? topics.control : topics.log;
    if (!options.create_topics) {
      return Error{Errc::not_found, "the topic does not exist; --create-topics makes it", missing};
    }
    if (!*log_count) {
      RAPPORT_TRY(asked.create({topics.log, KafkaTopicUse::log, options.partition_count, options.replication}));
    }
    if (!*control_count) RAPPORT_TRY(asked.create({topics.control, KafkaTopicUse::log, 1, options.replication}));
  }
  const auto existing = asked.partition_count_of_existing(topics.log);
  if (!existing) return existing.error();
  const auto control_partitions = asked.partition_count_of_existing(topics.control);
  if (!control_partitions) return control_partitions.error();
  if (*control_partitions != 1) {
    return Error{Errc::wrong_format, "has " + std::to_string(*control_partitions) + " partitions, and must have one",
                 topics.control};
  }
  partition_count = *existing;
  if (partition_count < 1 || partition_count > kPartitionsMax) {
    return Error{Errc::wrong_format, "has " + std::to_string(partition_count) + " partitions", topics.log};
  }
  RAPPORT_TRY(asked.check_settings(topics.log));
  return asked.check_settings(topics.control);
}

// Nothing where the control stream is empty.
Result<std::optional<LogOpened>> KafkaLog::Impl::read_log_opened() {
  const auto end = ends_when_led();
  if (!end) return end.error();
  if (end->at(kControlPartition).value < 0) return std::optional<LogOpened>{};
  auto reader = KafkaReader::open(options.connection, topics, {{kControlPartition, Offset{-1}}}, health);
  if (!reader) return reader.error();
  RecordBatch batch;
  for (const auto deadline = Clock::now() + options.answer_wait; batch.empty();) {
    const auto read = (*reader)->read({.records_max = 1}, batch);
    if (!(*reader)->faults().empty()) return (*reader)->faults().front().error;
    if (!read && Clock::now() >= deadline) return read.error();
    if (batch.empty() && Clock::now() >= deadline) {
      return Error{Errc::log_unavailable, "the control stream's first record does not come", topics.control};
    }
  }
  auto opened = parse_log_opened(batch[0].value);
  if (!opened) return Error{opened.error().code, opened.error().detail, topics.control};
  return std::optional<LogOpened>(*opened);
}

// Does nothing where another engine was quicker, of whom the first sign may be its events: ends of several brokers are
// of several moments.
Result<void> KafkaLog::Impl::name_log() {
  const auto all = ends_when_led();
  if (!all) return all.error();
  for (const auto& [partition, offset] : *all) {
    if (offset.value < 0) continue;
    const auto opened = read_log_opened();
    if (!opened) return opened.error();
    if (*opened) return {};
    return Error{Errc::wrong_format,
                 "holds records, but " + topics.control +
                     " is empty: it is no log of ours, or its control stream was made anew; name another topic, or "
                     "restore the control topic",
                 topics.log};
  }
  std::promise<Result<std::vector<LogPosition>>> answer;
  producer->append({make_log_opened(draw_log_id(), partition_count)},
                   [&answer](Result<std::vector<LogPosition>> done) { answer.set_value(std::move(done)); });
  const auto appended = answer.get_future().get();
  if (!appended) return appended.error();
  return {};
}

// Where two engines name one log at once, the first record counts: so it is read back.
Result<void> KafkaLog::Impl::find_or_name_log() {
  auto opened = read_log_opened();
  if (!opened) return opened.error();
  if (!*opened) {
    RAPPORT_TRY(name_log());
    opened = read_log_opened();
    if (!opened) return opened.error();
    if (!*opened)
      return Error{Errc::log_unavailable, "the control stream's first record does not show", topics.control};
  }
  id = (*opened)->log;
  return check_partitions(**opened);
}

Result<void> KafkaLog::Impl::check_partitions(const LogOpened& opened) const {
  if (opened.partitions == partition_count) return {};
  return Error{Errc::wrong_format,
               "has " + std::to_string(partition_count) + " partitions, and had " + std::to_string(opened.partitions) +
                   " when the log was made: new events of a contact would stand apart from its old ones; copy the log "
                   "into new topics with: rapport log copy",
               topics.log};
}

Result<Positions> KafkaLog::Impl::ends(std::chrono::milliseconds wait) {
  const KafkaPartitionListPtr list(rd_kafka_topic_partition_list_new(partition_count + 1));
  for (std::int32_t p = 0; p < partition_count; ++p) {
    rd_kafka_topic_partition_list_add(list.get(), topics.log.c_str(), p)->offset = RD_KAFKA_OFFSET_END;
  }
  rd_kafka_topic_partition_list_add(list.get(), topics.control.c_str(), 0)->offset = RD_KAFKA_OFFSET_END;
  if (auto asked = ask_offsets(*asking, *list, wait, "the log's ends are not told"); !asked) {
    Error error = asked.error();
    error.code = Errc::log_unavailable;
    health.broker_fails(error);
    return error;
  }
  Positions ends;
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& answer = list->elems[i];
    const bool is_control = answer.topic == topics.control;
    ends[is_control ? kControlPartition : Partition{answer.partition}] = Offset{answer.offset - 1};
  }
  health.broker_answers();
  return ends;
}

// While it opens: topics just made, and brokers just started, have no leader for a moment.
Result<Positions> KafkaLog::Impl::ends_when_led() {
  for (const auto deadline = Clock::now() + options.answer_wait;;) {
    auto found = ends(options.answer_wait);
    if (found || Clock::now() >= deadline) return found;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

Result<std::unique_ptr<LogReader>> KafkaLog::Impl::open_reader(const Positions& after,
                                                               std::chrono::milliseconds question_wait) {
  const auto all = ends(kEndsWait);
  if (!all) return all.error();
  for (const auto& [partition, offset] : after) {
    const auto end = all->find(partition);
    if (end == all->end()) {
      return Error{Errc::invalid_argument, "the log has no partition " + std::to_string(partition.value), "partition"};
    }
    if (offset > end->second) {
      return Error{Errc::position_gone, "partition " + std::to_string(partition.value) + " ends at offset " +
                                            std::to_string(end->second.value) + ", the reader stood at " +
                                            std::to_string(offset.value) + ": the log lost its tail, or is another"};
    }
  }
  auto reader = KafkaReader::open(options.connection, topics, after, health, question_wait);
  if (!reader) return reader.error();
  return std::unique_ptr<LogReader>(*std::move(reader));
}

KafkaLog::KafkaLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KafkaLog::~KafkaLog() = default;

Result<std::unique_ptr<KafkaLog>> KafkaLog::open(const KafkaLogOptions& options) {
  if (options.topic.empty()) return Error{Errc::invalid_argument, "the log's topic is not named", "topic"};
  if (options.partition_count < 1 || options.partition_count > kPartitionsMax) {
    return Error{Errc::invalid_argument, "a log has 1 to " + std::to_string(kPartitionsMax) + " partitions",
                 "partitions"};
  }
  auto impl = std::make_unique<Impl>(options);
  auto asking = make_kafka_asking_client(options.connection);
  if (!asking) return asking.error();
  impl->asking = *std::move(asking);
  RAPPORT_TRY(impl->find_or_make_topics());
  auto producer = KafkaProducer::open({.connection = options.connection,
                                       .topics = impl->topics,
                                       .queue_bytes_max = options.queue_bytes_max,
                                       .close_wait = options.close_wait},
                                      impl->health);
  if (!producer) return producer.error();
  impl->producer = *std::move(producer);
  RAPPORT_TRY(impl->find_or_name_log());
  return std::unique_ptr<KafkaLog>(new KafkaLog(std::move(impl)));
}

Result<void> KafkaLog::check(const KafkaLogOptions& options) {
  KafkaLogOptions asked = options;
  asked.create_topics = false;
  Impl impl(asked);
  auto asking = make_kafka_asking_client(options.connection);
  if (!asking) return asking.error();
  impl.asking = *std::move(asking);
  RAPPORT_TRY(impl.find_or_make_topics());
  const auto opened = impl.read_log_opened();
  if (!opened) return opened.error();
  return *opened ? impl.check_partitions(**opened) : Result<void>();
}

LogId KafkaLog::id() const { return impl_->id; }
std::int32_t KafkaLog::partition_count() const { return impl_->partition_count; }

void KafkaLog::append(std::vector<NewRecord> records, AppendDone done) {
  if (const auto checked = check_records(records, impl_->partition_count); !checked) return done(checked.error());
  impl_->producer->append(std::move(records), std::move(done));
}

Result<std::unique_ptr<LogReader>> KafkaLog::open_reader(const Positions& after) {
  return impl_->open_reader(after, KafkaReader::kQuestionWait);
}

Result<std::unique_ptr<LogReader>> KafkaLog::open_bounded_reader(const Positions& after) {
  return impl_->open_reader(after, KafkaReader::kBoundedQuestionWait);
}

Result<Positions> KafkaLog::ends() { return impl_->ends(kEndsWait); }
LogHealth KafkaLog::health() const { return impl_->health.now(); }

}  // namespace rapport
