// The log: what was published, in order, per partition, durably. The one source of truth; projections only lag it.
//
// Two implementations, EmbeddedLog (one machine) and KafkaLog, pass one contract suite (tests/contract/event_log_*).
//
// Invariants:
// - A record is acknowledged only after the log holds it durably, and then it is never lost, changed or reordered.
// - A partition's offsets grow, and may have gaps: compare with >=, never +1.
// - A record goes to partition_of(key), so all records of one subject stand in one partition, in order.
// - The first record of the control stream is log.opened (engine/log/log_opened.h), which names the log.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/seal/event_seal.h"
#include "events/position.h"
#include "events/result.h"
#include "events/timestamp.h"
#include "projections/store/store.h"

namespace rapport {

inline constexpr std::int32_t kPartitionsMax = 1'000'000;
inline constexpr std::size_t kRecordKeySizeMax = 65'535;
inline constexpr std::size_t kRecordSizeMax = 1u << 20;  // key and value

// A record to be appended.
struct NewRecord {
  Partition partition;  // from EventLog::partition_of, or kControlPartition
  std::string key;      // the subject
  std::string value;    // the event's bytes
  // Kept instead of the log's own clock: for a record that is copied from another log.
  std::optional<Timestamp> recorded_at = std::nullopt;
};

// Records as read, their bytes in one arena that has at least kPadding readable bytes behind each value.
class RecordBatch {
 public:
  static constexpr std::size_t kPadding = 64;

  struct Record {
    LogPosition position;
    Timestamp recorded_at;
    std::string_view key;
    std::string_view value;
    bool has_value = true;  // false: a Kafka record with a null value
  };

  void add(LogPosition position, Timestamp recorded_at, std::string_view key, std::optional<std::string_view> value);
  // Room for so many bytes of keys and values, so that they need not be moved as they become more.
  void reserve(std::size_t bytes) { bytes_.reserve(bytes + kPadding); }
  void clear();
  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  std::size_t size_bytes() const { return bytes_.size(); }
  Record operator[](std::size_t index) const;

 private:
  struct Entry {
    LogPosition position;
    Timestamp recorded_at;
    std::size_t key_begin, value_begin, value_end;
    bool has_value;
  };
  std::string bytes_;
  std::vector<Entry> entries_;
};

struct ReadLimits {
  std::size_t records_max = 20'000;
  std::size_t bytes_max = 16u << 20;
  std::chrono::milliseconds wait_max{100};  // for the first record
};

// A partition that cannot be read on, and why. Others go on.
struct PartitionFault {
  Partition partition;
  Error error;
};

// Reads forward from given positions. One thread at a time.
class LogReader {
 public:
  virtual ~LogReader() = default;

  // Appends to `out` the next records, of one or more partitions, each partition's in order: at most records_max, and
  // at most one record more than bytes_max; none where none came within wait_max. What is there of the control stream
  // comes first, however much of the others waits: an engine that catches up is not blind to its keys.
  // Errors: log_unavailable and storage_failed (both retriable, and then `out` is as it was). A fault of one partition
  // is told by faults(), and the others go on.
  [[nodiscard]] virtual Result<void> read(const ReadLimits& limits, RecordBatch& out) = 0;

  // How far each partition has been read: whatever stands up to and including that offset has been given. It can be
  // past the last record given, because a transaction's markers and aborted records take offsets too. A reader that
  // stands at or past ends() has seen all there was.
  virtual Positions positions() const = 0;

  // Partitions that are halted: position_gone (records were deleted before we read them), corrupt.
  virtual std::vector<PartitionFault> faults() const = 0;
};

// What is wrong with a log now; empty when all is well.
struct LogHealth {
  std::optional<Error> error;              // the log as a whole: no broker answers, a sync has failed
  std::vector<PartitionFault> partitions;  // each partition's last failed append, until one succeeds again
};

class EventLog {
 public:
  // Called once: the positions, in the records' order, once all are durable; or the error. A refusal that is known at
  // once is told on the caller's thread, before append returns; every other answer on a thread of the log's, which does
  // nothing else meanwhile.
  // Errors: log_unavailable and storage_failed (retriable; some may have been written: append again with the same ids,
  // the fold counts them once); and, with nothing written: overloaded (a bounded queue is full), too_large,
  // invalid_argument (no such partition).
  using AppendDone = std::function<void(Result<std::vector<LogPosition>>)>;

  virtual ~EventLog() = default;

  virtual LogId id() const = 0;
  // The streams' partitions are 0 .. partition_count() - 1; the control stream is beside them.
  virtual std::int32_t partition_count() const = 0;
  // Murmur2 of the key, as Kafka's Java producer does it.
  Partition partition_of(std::string_view key) const;

  // Thread-safe; returns at once. Records that share a partition keep their order, also across calls by one thread.
  virtual void append(std::vector<NewRecord> records, AppendDone done) = 0;

  // Reads each named partition from the first record after the given offset (-1: from the first record). The reader
  // must not outlive the log.
  // Errors: position_gone (a partition ends before that offset: the log lost its tail, or is another), invalid_argument
  // (no such partition), log_unavailable.
  [[nodiscard]] virtual Result<std::unique_ptr<LogReader>> open_reader(const Positions& after) = 0;
  // The same, for who reads what is there and no further: it may ask the log more often while that has nothing to give.
  [[nodiscard]] virtual Result<std::unique_ptr<LogReader>> open_bounded_reader(const Positions& after) {
    return open_reader(after);
  }

  // Where every partition ends, control included: no offset of a readable record is greater; -1 where there is none.
  // Errors: log_unavailable.
  [[nodiscard]] virtual Result<Positions> ends() = 0;

  virtual LogHealth health() const = 0;

  // Of the store that it keeps on this machine; nothing where it keeps none here. Thread-safe.
  virtual std::optional<StoreMemory> store_memory() const { return std::nullopt; }

  // How contacts' events stand in it; null: in clear. Set before anything is written or read, for good.
  const EventSeal* seal() const { return seal_.get(); }
  void use_seal(std::shared_ptr<const EventSeal> seal) { seal_ = std::move(seal); }

  // Copies the files that the log keeps on this machine to `directory`, which must not exist while its parent does: at
  // least all that was acknowledged before the call. False: it keeps none here. Appends go on meanwhile. Thread-safe.
  // Errors: storage_failed.
  [[nodiscard]] virtual Result<bool> copy_to(const std::filesystem::path& directory) const {
    (void)directory;
    return false;
  }

 private:
  std::shared_ptr<const EventSeal> seal_;
};

// What every log refuses, before it writes anything. Errors: too_large, invalid_argument.
[[nodiscard]] Result<void> check_records(std::span<const NewRecord> records, std::int32_t partition_count);

// What records that wait to be written take of a bounded queue: their bytes, and the memory around each.
std::size_t queued_size_bytes(std::span<const NewRecord> records);

// Appends and waits for the answer.
[[nodiscard]] Result<std::vector<LogPosition>> append_and_wait(EventLog& log, std::vector<NewRecord> records);

// Murmur2 with Kafka's seed (org.apache.kafka.common.utils.Utils.murmur2), its sign bit cleared.
std::uint32_t murmur2_positive(std::string_view key);

}  // namespace rapport
