// Reads `<topic>.inbox`, where any Kafka client publishes events, and hands them on in batches. Its offsets are
// committed only when the batch's events stand in the log.
//
//   inbox -> decode (structured or binary mode) -> handler: append or park -> commit
//
// Invariants:
// - At least once: after a crash or a rebalance a batch may be handed on again; the fold counts an id once.
// - Within a partition, in order: a batch is handed on again until the handler takes it, and nothing overtakes it.
// - Nothing is passed over silently. A record that does not decode is handed on as its error; so is one that stands for
//   those that a retention deleted before they were read, which are counted in `lost`, too.
// - Engines of one topic share its partitions: they form the consumer group `<topic>.inbox`.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/log/kafka_connection.h"
#include "events/event.h"
#include "events/result.h"

namespace rapport {

struct InboxRecord {
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::string origin;      // "<topic>/<partition>/<offset>", of lost ones "<first>-<last>"
  Timestamp written_at;    // as the topic has it: by its publisher's clock or the broker's
  Result<Event> event;     // or why it is none
  std::string raw;         // the record's value, as it came; of binary mode the same event in structured mode
  std::uint64_t lost = 0;  // of one that stands for records that were deleted unread: how many
};

struct KafkaInboxOptions {
  KafkaConnection connection;
  std::string topic;          // the log's; the inbox is `<topic>.inbox`
  bool create_topic = false;  // where there is none
  std::int32_t partition_count = 4;
  std::int32_t replication = -1;
  std::size_t batch_records_max = 1'000;
  std::size_t batch_bytes_max = 1u << 20;  // one record more at most
  // Deletes from the topic what stands in the log: of an encrypted log it would stay there in clear. The broker gives
  // the disk back once a whole segment is deleted.
  bool delete_moved = false;
  std::chrono::milliseconds delete_interval{5'000};
  std::chrono::milliseconds answer_wait{10'000};       // for a broker's answer when it opens
  std::chrono::milliseconds handler_retry_delay{200};  // after an error of the handler
};

struct InboxPartition {
  std::int32_t partition = 0;
  std::int64_t committed = -1;  // the next record to be read after a restart; -1: none was
  std::uint64_t lost = 0;       // records that were deleted unread, found since this engine opened it
};

struct InboxStatus {
  std::optional<Error> error;              // what keeps records from being read or handed on now
  std::vector<InboxPartition> partitions;  // those that this engine owns now
  std::uint64_t handed_on = 0;
  std::uint64_t lost = 0;    // of all partitions that this engine has owned
  std::uint64_t parked = 0;  // of those handed on; InboxMover counts them
};

class KafkaInbox {
 public:
  // Called on the inbox's thread; returns once every event of the batch stands in the log, or is parked in it. An error
  // means: the same batch again, later.
  using Handler = std::function<Result<void>(std::span<const InboxRecord> batch)>;

  // Errors: invalid_argument (a property), not_found (no such topic, and none is made), wrong_format (a setting of the
  // topic would lose events), log_unavailable.
  [[nodiscard]] static Result<std::unique_ptr<KafkaInbox>> open(const KafkaInboxOptions& options, Handler handler);
  // Waits for the handler, commits what it took, leaves the group.
  ~KafkaInbox();

  // Whether open() would find a topic that it can use; it makes none. Errors: the same.
  [[nodiscard]] static Result<void> check(const KafkaInboxOptions& options);

  // Thread-safe.
  InboxStatus status() const;

 private:
  struct Impl;
  explicit KafkaInbox(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapport
