#include "engine/log/embedded_log.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "engine/log/log_opened.h"
#include "events/ids.h"
#include "events/thread_name.h"
#include "projections/store/big_endian.h"
#include "projections/store/store.h"

namespace rapport {
namespace {

constexpr std::string_view kFormatKey = "mformat", kIdKey = "mid", kPartitionsKey = "mpartitions";
constexpr std::string_view kFormat = "rapport log 1";
constexpr std::chrono::milliseconds kResumeInterval{1'000};

// Control, -1, becomes ffffffff and so stands behind the partitions; "m" keys, 0x6d, stand between, because
// kPartitionsMax is less than 2^24.
std::string record_key(LogPosition position) {
  std::string key;
  append_big_endian32(key, static_cast<std::uint32_t>(position.partition.value));
  append_big_endian64(key, static_cast<std::uint64_t>(position.offset.value));
  return key;
}

Offset offset_of(std::string_view key) { return Offset{static_cast<std::int64_t>(read_big_endian64(key.substr(4)))}; }

std::string record_value(Timestamp recorded_at, std::string_view key, std::string_view value) {
  std::string out;
  out.reserve(10 + key.size() + value.size());
  append_big_endian64(out, static_cast<std::uint64_t>(recorded_at.ms));
  append_big_endian16(out, static_cast<std::uint16_t>(key.size()));
  out.append(key).append(value);
  return out;
}

struct PendingAppend {
  std::vector<NewRecord> records;
  EventLog::AppendDone done;
  std::size_t bytes = 0;
};

}  // namespace

struct EmbeddedLog::Impl {
  EmbeddedLogOptions options;
  std::unique_ptr<Store> store;
  LogId id;
  std::int32_t partition_count = 0;

  std::mutex mutex;
  std::condition_variable work_due;   // for the writer
  std::condition_variable committed;  // for readers
  std::deque<PendingAppend> queue;
  std::size_t queue_bytes = 0;
  bool stopping = false;
  Positions ends;  // durable
  // The first failed sync: the log takes nothing more until it is opened again, or resumes. What that sync left behind
  // is found then.
  std::optional<Error> failed;
  bool resume_due = false;  // of the writer

  std::thread writer;

  Result<void> read_or_make_facts();
  Result<Positions> find_ends();
  void run();
  void resume_if_full();
  void commit(std::vector<PendingAppend>& appends);
};

Result<void> EmbeddedLog::Impl::read_or_make_facts() {
  const std::string path = options.directory.string();
  auto format = store->get(kFormatKey);
  if (!format) return format.error();
  if (!*format) {
    if (options.partition_count < 1 || options.partition_count > kPartitionsMax) {
      return Error{Errc::invalid_argument, "a log has 1 to " + std::to_string(kPartitionsMax) + " partitions",
                   "partitions"};
    }
    // A RocksDB directory of someone else's is not taken over.
    Cursor cursor = store->cursor({}, {});
    cursor.seek_first();
    if (cursor.valid()) return Error{Errc::wrong_format, "holds rows, but not a log's", path};
    RAPPORT_TRY(cursor.status());
    id = draw_log_id();
    partition_count = options.partition_count;
    const NewRecord opened = make_log_opened(id, partition_count);
    RowBatch batch;
    batch.put(kFormatKey, kFormat);
    batch.put(kIdKey, to_string(id));
    batch.put(kPartitionsKey, std::to_string(partition_count));
    batch.put(record_key({kControlPartition, Offset{0}}), record_value(now_wall_clock(), opened.key, opened.value));
    return store->write(batch, Durability::synced);
  }
  if (**format != kFormat) {
    return Error{Errc::wrong_format,
                 "holds '" + (*format)->substr(0, 64) + "', this program writes '" + std::string(kFormat) + "'", path};
  }
  auto id_text = store->get(kIdKey);
  if (!id_text) return id_text.error();
  auto partitions_text = store->get(kPartitionsKey);
  if (!partitions_text) return partitions_text.error();
  const auto parsed_id = parse_log_id(id_text->value_or(""));
  const auto parsed_count = parse_id(partitions_text->value_or(""));
  if (!parsed_id || !parsed_count)
    return Error{Errc::corrupt, "the log's id or partition count does not read back", path};
  id = *parsed_id;
  partition_count = static_cast<std::int32_t>(*parsed_count);
  return {};
}

Result<Positions> EmbeddedLog::Impl::find_ends() {
  Positions found;
  for (std::int32_t p = kControlPartition.value; p < partition_count; ++p) {
    std::string prefix;
    append_big_endian32(prefix, static_cast<std::uint32_t>(p));
    Cursor cursor = store->cursor(prefix, prefix_end(prefix));
    cursor.seek_last();
    found[Partition{p}] = cursor.valid() ? offset_of(cursor.key()) : Offset{-1};
    RAPPORT_TRY(cursor.status());
  }
  return found;
}

// Before a write, and now and then while it is full, so that appends are let in again.
void EmbeddedLog::Impl::resume_if_full() {
  resume_due = resume_due || store->is_full();
  if (!resume_due || !store->resume()) return;
  auto found = find_ends();
  if (!found) return;
  resume_due = false;
  {
    const std::lock_guard lock(mutex);
    failed.reset();
    ends = *std::move(found);
  }
  committed.notify_all();
}

void EmbeddedLog::Impl::run() {
  name_thread("log writer");
  std::vector<PendingAppend> taken;
  for (;;) {
    resume_if_full();
    {
      std::unique_lock lock(mutex);
      const auto is_due = [this] { return stopping || !queue.empty(); };
      if (!resume_due) work_due.wait(lock, is_due);
      if (resume_due && !work_due.wait_for(lock, kResumeInterval, is_due)) continue;
      if (queue.empty()) return;
      std::size_t bytes = 0;
      while (!queue.empty() && (taken.empty() || bytes + queue.front().bytes <= options.commit_bytes_max)) {
        bytes += queue.front().bytes;
        taken.push_back(std::move(queue.front()));
        queue.pop_front();
      }
      queue_bytes -= bytes;
    }
    commit(taken);
    taken.clear();
  }
}

void EmbeddedLog::Impl::commit(std::vector<PendingAppend>& appends) {
  resume_if_full();
  RowBatch batch;
  Positions next = ends;  // only this thread changes ends
  std::vector<std::vector<LogPosition>> positions(appends.size());
  const Timestamp now = now_wall_clock();
  for (std::size_t i = 0; i < appends.size(); ++i) {
    positions[i].reserve(appends[i].records.size());
    for (const NewRecord& record : appends[i].records) {
      Offset& last = next[record.partition];
      last.value += 1;
      const LogPosition position{record.partition, last};
      batch.put(record_key(position), record_value(record.recorded_at.value_or(now), record.key, record.value));
      positions[i].push_back(position);
    }
  }
  std::optional<Error> error = failed;
  if (!error) {
    const auto written = store->write(batch, Durability::synced);
    if (!written) error = written.error();
  }
  {
    const std::lock_guard lock(mutex);
    if (error) {
      failed = error;
    } else {
      ends = std::move(next);
    }
  }
  committed.notify_all();
  for (std::size_t i = 0; i < appends.size(); ++i) {
    error ? appends[i].done(*error) : appends[i].done(std::move(positions[i]));
  }
}

class EmbeddedLog::Reader final : public LogReader {
 public:
  Reader(Impl& log, const Positions& after) : log_(log), after_(after) {}

  Result<void> read(const ReadLimits& limits, RecordBatch& out) override {
    Positions ends;
    {
      std::unique_lock lock(log_.mutex);
      log_.committed.wait_for(lock, limits.wait_max, [this] { return is_behind(log_.ends); });
      ends = log_.ends;
    }
    const Room room{out, limits};
    if (const auto control = after_.find(kControlPartition); control != after_.end()) {
      const auto read = read_partition(kControlPartition, control->second, ends.at(kControlPartition), room, out);
      if (!read) return unless_given(read.error(), room, out);
    }
    // A different partition goes first each time, so that a busy one does not starve the others.
    auto turn = after_.upper_bound(first_served_);
    if (turn == after_.end()) turn = after_.begin();
    if (turn != after_.end()) first_served_ = turn->first;
    for (std::size_t i = 0; i < after_.size(); ++i) {
      const auto read = read_partition(turn->first, turn->second, ends.at(turn->first), room, out);
      if (!read) return unless_given(read.error(), room, out);
      if (++turn == after_.end()) turn = after_.begin();
    }
    return {};
  }

  Positions positions() const override { return after_; }
  std::vector<PartitionFault> faults() const override { return faults_; }

 private:
  // How much more one read may add to `out`, which may hold records already.
  struct Room {
    Room(const RecordBatch& out, const ReadLimits& limits)
        : limits_(limits), records_before_(out.size()), bytes_before_(out.size_bytes()) {}
    bool is_full(const RecordBatch& out) const {
      return out.size() - records_before_ >= limits_.records_max ||
             out.size_bytes() - bytes_before_ >= limits_.bytes_max;
    }
    bool is_untouched(const RecordBatch& out) const { return out.size() == records_before_; }

   private:
    const ReadLimits& limits_;
    std::size_t records_before_, bytes_before_;
  };

  // What was read before the disk said no is given now; the error will come again.
  static Result<void> unless_given(const Error& error, const Room& room, const RecordBatch& out) {
    return room.is_untouched(out) ? Result<void>(error) : Result<void>();
  }

  bool is_halted(Partition partition) const {
    return std::any_of(faults_.begin(), faults_.end(), [&](const auto& fault) { return fault.partition == partition; });
  }

  bool is_behind(const Positions& ends) const {
    return std::any_of(after_.begin(), after_.end(),
                       [&](const auto& at) { return at.second < ends.at(at.first) && !is_halted(at.first); });
  }

  Result<void> read_partition(Partition partition, Offset& offset, Offset end, const Room& room, RecordBatch& out) {
    if (offset >= end || is_halted(partition)) return {};
    // Up to `end` only: what is behind it may be written, but is not synced yet.
    Cursor cursor = log_.store->cursor(record_key({partition, Offset{offset.value + 1}}),
                                       record_key({partition, Offset{end.value + 1}}));
    for (cursor.seek_first(); cursor.valid(); cursor.next()) {
      if (room.is_full(out)) return {};
      const Offset found = offset_of(cursor.key());
      const std::string_view value = cursor.value();
      const std::size_t key_size = value.size() < 10 ? value.size() : read_big_endian16(value.substr(8));
      if (found.value != offset.value + 1 || value.size() < 10 + key_size) {
        halt(partition, offset, "is missing or damaged; the next is at " + std::to_string(found.value));
        return {};
      }
      const Timestamp recorded_at{static_cast<std::int64_t>(read_big_endian64(value))};
      out.add({partition, found}, recorded_at, value.substr(10, key_size), value.substr(10 + key_size));
      offset = found;
    }
    const auto status = cursor.status();
    if (!status && status.error().code != Errc::corrupt) return status.error();
    if (!status) {
      halt(partition, offset, "is damaged: " + status.error().detail);
    } else if (offset < end) {
      halt(partition, offset, "is missing, up to " + std::to_string(end.value));
    }
    return {};
  }

  void halt(Partition partition, Offset after, const std::string& what) {
    faults_.push_back(
        {partition, Error{Errc::corrupt, "the record after offset " + std::to_string(after.value) + " " + what,
                          log_.options.directory.string()}});
  }
  Impl& log_;
  Positions after_;
  Partition first_served_ = kControlPartition;
  std::vector<PartitionFault> faults_;
};

EmbeddedLog::EmbeddedLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

EmbeddedLog::~EmbeddedLog() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->work_due.notify_all();
  if (impl_->writer.joinable()) impl_->writer.join();
}

Result<std::unique_ptr<EmbeddedLog>> EmbeddedLog::open(const EmbeddedLogOptions& options) {
  auto impl = std::make_unique<Impl>();
  impl->options = options;
  auto store = Store::open({.directory = options.directory,
                            .use = StoreOptions::Use::log,
                            .cache_bytes = 8u << 20,
                            .write_buffer_bytes = 32u << 20});
  if (!store) return store.error();
  impl->store = *std::move(store);
  RAPPORT_TRY(impl->read_or_make_facts());
  auto ends = impl->find_ends();
  if (!ends) return ends.error();
  impl->ends = *std::move(ends);
  impl->writer = std::thread([log = impl.get()] { log->run(); });
  return std::unique_ptr<EmbeddedLog>(new EmbeddedLog(std::move(impl)));
}

LogId EmbeddedLog::id() const { return impl_->id; }
std::int32_t EmbeddedLog::partition_count() const { return impl_->partition_count; }

void EmbeddedLog::append(std::vector<NewRecord> records, AppendDone done) {
  if (const auto checked = check_records(records, impl_->partition_count); !checked) return done(checked.error());
  if (records.empty()) return done(std::vector<LogPosition>{});
  const std::size_t bytes = queued_size_bytes(records);
  std::optional<Error> refused;
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->failed) {
      refused = impl_->failed;
    } else if (impl_->queue_bytes + bytes > impl_->options.queue_bytes_max && impl_->queue_bytes > 0) {
      refused = Error{Errc::overloaded, std::to_string(impl_->queue_bytes) + " bytes wait to be written"};
    } else {
      impl_->queue_bytes += bytes;
      impl_->queue.push_back({std::move(records), std::move(done), bytes});
    }
  }
  if (refused) return done(*refused);
  impl_->work_due.notify_one();
}

Result<std::unique_ptr<LogReader>> EmbeddedLog::open_reader(const Positions& after) {
  const std::lock_guard lock(impl_->mutex);
  for (const auto& [partition, offset] : after) {
    const auto end = impl_->ends.find(partition);
    if (end == impl_->ends.end()) {
      return Error{Errc::invalid_argument, "the log has no partition " + std::to_string(partition.value), "partition"};
    }
    if (offset > end->second) {
      return Error{Errc::position_gone, "partition " + std::to_string(partition.value) + " ends at offset " +
                                            std::to_string(end->second.value) + ", the reader stood at " +
                                            std::to_string(offset.value) + ": the log lost its tail, or is another"};
    }
  }
  return std::unique_ptr<LogReader>(std::make_unique<Reader>(*impl_, after));
}

Result<Positions> EmbeddedLog::ends() {
  const std::lock_guard lock(impl_->mutex);
  return impl_->ends;
}

LogHealth EmbeddedLog::health() const {
  const std::lock_guard lock(impl_->mutex);
  return {impl_->failed, {}};
}

std::optional<StoreMemory> EmbeddedLog::store_memory() const { return impl_->store->memory(); }

Result<bool> EmbeddedLog::copy_to(const std::filesystem::path& directory) const {
  RAPPORT_TRY(impl_->store->copy_to(directory));
  return true;
}

}  // namespace rapport
