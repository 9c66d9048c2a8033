#include "engine/log/event_log.h"

#include <cstring>
#include <future>

namespace rapport {

void RecordBatch::add(LogPosition position, Timestamp recorded_at, std::string_view key,
                      std::optional<std::string_view> value) {
  // The padding of the last record is overwritten by the next.
  if (!entries_.empty()) bytes_.resize(bytes_.size() - kPadding);
  Entry entry{position, recorded_at, bytes_.size(), 0, 0, value.has_value()};
  bytes_.append(key);
  entry.value_begin = bytes_.size();
  if (value) bytes_.append(*value);
  entry.value_end = bytes_.size();
  bytes_.append(kPadding, '\0');
  entries_.push_back(entry);
}

void RecordBatch::clear() {
  bytes_.clear();
  entries_.clear();
}

RecordBatch::Record RecordBatch::operator[](std::size_t index) const {
  const Entry& entry = entries_[index];
  const std::string_view bytes(bytes_);
  return {entry.position, entry.recorded_at, bytes.substr(entry.key_begin, entry.value_begin - entry.key_begin),
          bytes.substr(entry.value_begin, entry.value_end - entry.value_begin), entry.has_value};
}

Partition EventLog::partition_of(std::string_view key) const {
  return Partition{static_cast<std::int32_t>(murmur2_positive(key) % static_cast<std::uint32_t>(partition_count()))};
}

Result<void> check_records(std::span<const NewRecord> records, std::int32_t partition_count) {
  for (const NewRecord& record : records) {
    if (record.partition < kControlPartition || record.partition.value >= partition_count) {
      return Error{Errc::invalid_argument, "the log has no partition " + std::to_string(record.partition.value),
                   "partition"};
    }
    if (record.key.size() > kRecordKeySizeMax) {
      return Error{
          Errc::too_large,
          "a key of " + std::to_string(record.key.size()) + " bytes; at most " + std::to_string(kRecordKeySizeMax),
          "key"};
    }
    const std::size_t size = record.key.size() + record.value.size();
    if (size > kRecordSizeMax) {
      return Error{Errc::too_large,
                   "a record of " + std::to_string(size) + " bytes; at most " + std::to_string(kRecordSizeMax),
                   "value"};
    }
  }
  return {};
}

std::size_t queued_size_bytes(std::span<const NewRecord> records) {
  constexpr std::size_t kOverhead = 256;
  std::size_t bytes = 0;
  for (const NewRecord& record : records) bytes += record.key.size() + record.value.size() + kOverhead;
  return bytes;
}

Result<std::vector<LogPosition>> append_and_wait(EventLog& log, std::vector<NewRecord> records) {
  std::promise<Result<std::vector<LogPosition>>> promise;
  auto future = promise.get_future();
  log.append(std::move(records),
             [&promise](Result<std::vector<LogPosition>> result) { promise.set_value(std::move(result)); });
  return future.get();
}

std::uint32_t murmur2_positive(std::string_view key) {
  constexpr std::uint32_t kSeed = 0x9747b28c, kM = 0x5bd1e995;
  std::uint32_t h = kSeed ^ static_cast<std::uint32_t>(key.size());
  std::size_t i = 0;
  for (; i + 4 <= key.size(); i += 4) {
    std::uint32_t k = 0;
    std::memcpy(&k, key.data() + i, 4);
    k *= kM;
    k ^= k >> 24;
    h = (h * kM) ^ (k * kM);
  }
  const auto byte = [&](std::size_t at) { return static_cast<std::uint32_t>(static_cast<unsigned char>(key[at])); };
  switch (key.size() - i) {
    case 3: h ^= byte(i + 2) << 16; [[fallthrough]];
    case 2: h ^= byte(i + 1) << 8; [[fallthrough]];
    case 1: h = (h ^ byte(i)) * kM; break;
    default: break;
  }
  h ^= h >> 13;
  h *= kM;
  h ^= h >> 15;
  return h & 0x7fffffff;
}

}  // namespace rapport
