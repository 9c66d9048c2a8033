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
