#include "engine/log/kafka_inbox.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "engine/log/kafka_client.h"
#include "engine/log/kafka_inbox_record.h"
#include "engine/log/kafka_topics.h"
#include "events/thread_name.h"

namespace rapport {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPollWaitMs = 100;
constexpr std::chrono::milliseconds kAskWait{5'000};

}  // namespace

struct KafkaInbox::Impl {
  KafkaInboxOptions options;
  KafkaTopicNames topics{options.topic};
  Handler handler;
  EventDecoder decoder;

  mutable std::mutex mutex;
  std::condition_variable stop_due;
  bool stopping = false;
  InboxStatus status;                          // its error: of reading and handing on
  std::optional<Error> delete_error;           // until a deletion succeeds
  std::map<std::int32_t, std::uint64_t> lost;  // by partition, also of those that others own now

  // Of the inbox's thread, which alone polls the client, so that the rebalance callback runs there too.
  KafkaPtr client;
  std::vector<InboxRecord> batch;
  std::size_t batch_bytes = 0;
  bool reassign_due = false;
  std::map<std::int32_t, std::int64_t> moved;  // by partition, up to where records are to be deleted
  std::chrono::steady_clock::time_point delete_due{};
  std::thread thread;

  Impl(const KafkaInboxOptions& given, Handler handle) : options(given), handler(std::move(handle)) {}

  Result<void> find_or_make_topic();
  Result<void> subscribe();
  void rebalanced(rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* partitions);
  void assigned(rd_kafka_topic_partition_list_t* partitions);
  void run();
  void clear_error_if_answered();
  void gather();
  void take(const rd_kafka_message_t& message);
  Result<void> find_offsets(rd_kafka_topic_partition_list_t* partitions);
  void reassign();
  void hand_on();
  void count_handed_on();
  void drop_batch();
  Result<void> commit(const std::map<std::int32_t, std::int64_t>& offsets);
  Result<void> delete_moved();
  void set_error(std::optional<Error> error) {
    const std::lock_guard lock(mutex);
    status.error = std::move(error);
  }
  bool is_stopping() const {
    const std::lock_guard lock(mutex);
    return stopping;
  }
  InboxPartition& partition_status(std::int32_t partition) {
    for (auto& known : status.partitions) {
      if (known.partition == partition) return known;
    }
    status.partitions.push_back({partition, -1, lost[partition]});
    return status.partitions.back();
  }
};

Result<void> KafkaInbox::Impl::find_or_make_topic() {
  auto asking = make_kafka_asking_client(options.connection);
  if (!asking) return asking.error();
  KafkaTopics asked(**asking, options.connection.brokers, options.answer_wait);
  const auto count = asked.partition_count(topics.inbox);
  if (!count) return count.error();
  if (*count) return asked.check_settings(topics.inbox, KafkaTopicUse::inbox);
  if (!options.create_topic) {
    return Error{Errc::not_found, "the topic does not exist; --create-topics makes it", topics.inbox};
  }
  return asked.create({topics.inbox, KafkaTopicUse::inbox, options.partition_count, options.replication});
}

Result<void> KafkaInbox::Impl::subscribe() {
  const std::array fixed{KafkaProperty{"group.id", topics.inbox}, KafkaProperty{"enable.auto.commit", "false"},
                         KafkaProperty{"auto.offset.reset", "error"},
                         KafkaProperty{"isolation.level", "read_committed"}, KafkaProperty{"check.crcs", "true"},
                         KafkaProperty{"enable.auto.offset.store", "false"},
                         // The cooperative protocol of librdkafka before 2.6 can loop for ever.
                         KafkaProperty{"partition.assignment.strategy", "range,roundrobin"},
                         KafkaProperty{"allow.auto.create.topics", "false"}};
  const std::array defaults{KafkaProperty{"session.timeout.ms", "10000"}, KafkaProperty{"fetch.wait.max.ms", "100"},
                            KafkaProperty{"queued.max.messages.kbytes", "16384"},
                            // So often a partition that somebody adds is looked for; librdkafka would in five minutes.
                            KafkaProperty{"topic.metadata.refresh.interval.ms", "30000"}};
  const auto on_rebalance = [](rd_kafka_t*, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* partitions,
                               void* inbox) { static_cast<Impl*>(inbox)->rebalanced(code, partitions); };
  const auto on_error = [](rd_kafka_t*, int code, const char* reason, void* inbox) {
    auto told = told_error(static_cast<rd_kafka_resp_err_t>(code), reason);
    if (told) static_cast<Impl*>(inbox)->set_error(std::move(told));
  };
  auto made = make_kafka_client(KafkaRole::consumer, options.connection, {fixed, defaults},
                                {.error = on_error, .rebalance = on_rebalance, .opaque = this});
  if (!made) return made.error();
  client = *std::move(made);
  return subscribe_to(*client, topics.inbox, "the inbox cannot be subscribed to");
}

void KafkaInbox::Impl::rebalanced(rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* partitions) {
  // Whoever owns a partition next reads it from the commit, so what is gathered and not handed on is dropped.
  drop_batch();
  {
    const std::lock_guard lock(mutex);
    status.partitions.clear();
  }
  if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) return assigned(partitions);
  rd_kafka_assign(client.get(), nullptr);
}

// At the group's commit; a partition that has none from its first record. The inbox has a retention: an engine that was
// down for longer goes on with what is left, and hands on that records are lost, and how many.
void KafkaInbox::Impl::assigned(rd_kafka_topic_partition_list_t* partitions) {
  for (auto found = find_offsets(partitions); !found; found = find_offsets(partitions)) {
    set_error(found.error());
    std::unique_lock lock(mutex);
    if (stop_due.wait_for(lock, options.handler_retry_delay, [this] { return stopping; })) {
      rd_kafka_assign(client.get(), nullptr);
      return;
    }
  }
  rd_kafka_assign(client.get(), partitions);
}

Result<void> KafkaInbox::Impl::find_offsets(rd_kafka_topic_partition_list_t* partitions) {
  const auto code = rd_kafka_committed(client.get(), partitions, static_cast<int>(kAskWait.count()));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return kafka_error(code, "the group's commits are not told");
  const auto asked = [&](std::int64_t end_or_beginning) -> Result<KafkaPartitionListPtr> {
    KafkaPartitionListPtr list(rd_kafka_topic_partition_list_copy(partitions));
    for (int i = 0; i < list->cnt; ++i) list->elems[i].offset = end_or_beginning;
    RAPPORT_TRY(ask_offsets(*client, *list, kAskWait, "the inbox's first offsets are not told"));
    return list;
  };
  const auto lows = asked(RD_KAFKA_OFFSET_BEGINNING);
  if (!lows) return lows.error();
  const auto highs = asked(RD_KAFKA_OFFSET_END);
  if (!highs) return highs.error();
  std::vector<InboxPartition> found;
  std::vector<InboxRecord> lost_ones;
  for (int i = 0; i < partitions->cnt; ++i) {
    rd_kafka_topic_partition_t& at = partitions->elems[i];
    const std::int64_t low = (*lows)->elems[i].offset, high = (*highs)->elems[i].offset;
    found.push_back({at.partition, at.offset < 0 ? -1 : at.offset});
    // Moved by a process that ended before it could delete it.
    if (at.offset > low && at.offset <= high) moved[at.partition] = at.offset;
    // Ahead of the end: the topic was made anew, and all that it holds is new.
    if (at.offset < 0 || at.offset > high) at.offset = low;
    if (low > at.offset) lost_ones.push_back(lost_inbox_records(topics.inbox, at.partition, at.offset, low));
    at.offset = std::max(at.offset, low);
  }
  batch.insert(batch.end(), lost_ones.begin(), lost_ones.end());
  const std::lock_guard lock(mutex);
  for (auto& partition : found) partition.lost = lost[partition.partition];
  status.partitions = std::move(found);
  return {};
}

// Records were deleted under us: from what is left.
void KafkaInbox::Impl::reassign() {
  reassign_due = false;
  rd_kafka_topic_partition_list_t* native = nullptr;
  if (rd_kafka_assignment(client.get(), &native) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const KafkaPartitionListPtr partitions(native);
  assigned(partitions.get());
}

void KafkaInbox::Impl::run() {
  name_thread("kafka inbox");
  while (!is_stopping()) {
    gather();
    if (batch.empty()) {
      clear_error_if_answered();
    } else {
      hand_on();
    }
    drop_batch();
    if (reassign_due) reassign();
    if (const auto deleted = delete_moved(); !deleted) {
      const std::lock_guard lock(mutex);
      delete_error = deleted.error();
    }
  }
  rd_kafka_consumer_close(client.get());
}

// An idle inbox whose broker is back has nothing else to tell it by.
void KafkaInbox::Impl::clear_error_if_answered() {
  {
    const std::lock_guard lock(mutex);
    if (!status.error || status.partitions.empty()) return;
  }
  if (reach_kafka(*client, std::chrono::milliseconds(kPollWaitMs))) set_error(std::nullopt);
}

void KafkaInbox::Impl::drop_batch() {
  batch.clear();
  batch_bytes = 0;
}

// Behind what stands for lost records, if a batch begins with it.
void KafkaInbox::Impl::gather() {
  while (!reassign_due && batch.size() < options.batch_records_max && batch_bytes < options.batch_bytes_max) {
    // The first is waited for; after it, what is there.
    const KafkaMessagePtr message(rd_kafka_consumer_poll(client.get(), batch.empty() ? kPollWaitMs : 0));
    if (!message) return;
    take(*message);
  }
}

void KafkaInbox::Impl::take(const rd_kafka_message_t& message) {
  switch (message.err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR: break;
    case RD_KAFKA_RESP_ERR__PARTITION_EOF: return;
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET: reassign_due = true; return;
    default:
      return set_error(
          Error{Errc::log_unavailable, std::string("the inbox cannot be read: ") + rd_kafka_message_errstr(&message)});
  }
  batch.push_back(read_inbox_record(decoder, message, topics.inbox));
  batch_bytes += batch.back().raw.size();
}

// Until the batch is in the log, and then commits it. While the handler fails, the group is served no polls: a
// rebalance waits until then, or ends our membership after max.poll.interval.ms, and another engine takes the batch.
void KafkaInbox::Impl::hand_on() {
  std::map<std::int32_t, std::int64_t> next;
  for (const auto& record : batch) next[record.partition] = record.offset + 1;
  while (true) {
    const auto taken = handler(batch);
    if (taken) break;
    set_error(taken.error());
    std::unique_lock lock(mutex);
    if (stop_due.wait_for(lock, options.handler_retry_delay, [this] { return stopping; })) return;
  }
  count_handed_on();
  const auto committed = commit(next);
  set_error(committed ? std::nullopt : std::optional<Error>(committed.error()));
}

void KafkaInbox::Impl::count_handed_on() {
  const std::lock_guard lock(mutex);
  for (const InboxRecord& record : batch) {
    if (record.lost == 0) {
      ++status.handed_on;
      continue;
    }
    partition_status(record.partition).lost = lost[record.partition] += record.lost;
  }
}

// A commit that fails is made up by the next; until then a crash hands the batch on again.
Result<void> KafkaInbox::Impl::commit(const std::map<std::int32_t, std::int64_t>& offsets) {
  const KafkaPartitionListPtr list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const auto& [partition, offset] : offsets) {
    rd_kafka_topic_partition_list_add(list.get(), topics.inbox.c_str(), partition)->offset = offset;
  }
  const auto code = rd_kafka_commit(client.get(), list.get(), 0);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return kafka_error(code, "the inbox's offsets are not committed");
  for (const auto& [partition, offset] : offsets) moved[partition] = offset;
  const std::lock_guard lock(mutex);
  for (const auto& [partition, offset] : offsets) partition_status(partition).committed = offset;
  return {};
}

// Only what is committed, so that nothing is deleted unread. What fails is deleted with the next.
Result<void> KafkaInbox::Impl::delete_moved() {
  const auto now = std::chrono::steady_clock::now();
  if (!options.delete_moved || moved.empty() || now < delete_due) return {};
  delete_due = now + options.delete_interval;
  const KafkaPartitionListPtr before(rd_kafka_topic_partition_list_new(static_cast<int>(moved.size())));
  for (const auto& [partition, offset] : moved) {
    rd_kafka_topic_partition_list_add(before.get(), topics.inbox.c_str(), partition)->offset = offset;
  }
  const KafkaDeleteRecordsPtr wanted(rd_kafka_DeleteRecords_new(before.get()));
  rd_kafka_DeleteRecords_t* list = wanted.get();
  const auto answer = ask_kafka(*client, RD_KAFKA_ADMIN_OP_DELETERECORDS, kAskWait, [&](auto* asked, auto* answers) {
    rd_kafka_DeleteRecords(client.get(), &list, 1, asked, answers);
  });
  if (!answer) return answer.error();
  const auto* deleted = rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(answer->get()));
  Result<void> out;
  for (int i = 0; i < deleted->cnt; ++i) {
    const auto code = deleted->elems[i].err;
    // Out of range: the topic was made anew, and what was moved went with the one before.
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) {
      moved.erase(deleted->elems[i].partition);
    } else {
      Error error = kafka_error(code, "what was moved out of it cannot be deleted, and stands there in clear");
      error.field = topics.inbox;
      out = std::move(error);
    }
  }
  if (out) {
    const std::lock_guard lock(mutex);
    delete_error.reset();
  }
  return out;
}

KafkaInbox::KafkaInbox(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

KafkaInbox::~KafkaInbox() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->stop_due.notify_all();
  impl_->thread.join();
}

Result<std::unique_ptr<KafkaInbox>> KafkaInbox::open(const KafkaInboxOptions& options, Handler handler) {
  auto impl = std::make_unique<Impl>(options, std::move(handler));
  RAPPORT_TRY(impl->find_or_make_topic());
  RAPPORT_TRY(impl->subscribe());
  impl->thread = std::thread([inbox = impl.get()] { inbox->run(); });
  return std::unique_ptr<KafkaInbox>(new KafkaInbox(std::move(impl)));
}

Result<void> KafkaInbox::check(const KafkaInboxOptions& options) {
  KafkaInboxOptions asked = options;
  asked.create_topic = false;
  return Impl(asked, {}).find_or_make_topic();
}

InboxStatus KafkaInbox::status() const {
  const std::lock_guard lock(impl_->mutex);
  InboxStatus out = impl_->status;
  if (!out.error) out.error = impl_->delete_error;
  for (const auto& [partition, lost] : impl_->lost) out.lost += lost;
  return out;
}

}  // namespace rapport
