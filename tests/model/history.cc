#include "tests/model/history.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>

#include "events/event_encoder.h"
#include "events/json_writer.h"

namespace rapport::model {
namespace {

std::optional<Event> decoded(std::string_view bytes, EventDecoder& decoder) {
  auto event = decoder.decode(bytes);
  if (!event) return std::nullopt;
  return *std::move(event);
}

std::string hex_of(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

History without(const History& history, std::size_t begin, std::size_t end) {
  History rest(history.begin(), history.begin() + static_cast<std::ptrdiff_t>(begin));
  rest.insert(rest.end(), history.begin() + static_cast<std::ptrdiff_t>(end), history.end());
  return rest;
}

}  // namespace

Partition partition_of_key(std::string_view key, std::int32_t partition_count) {
  if (key == to_string(Subject{ControlSubject{}})) return kControlPartition;
  return Partition{static_cast<std::int32_t>(murmur2_positive(key) % static_cast<std::uint32_t>(partition_count))};
}

NewRecord record_of_event(const Event& event, Timestamp recorded_at, std::int32_t partition_count) {
  std::string key = to_string(event.subject);
  const Partition partition = partition_of_key(key, partition_count);
  return {partition, std::move(key), encode_event(event), recorded_at};
}

std::vector<Record> records_of(const History& history) {
  EventDecoder decoder;
  std::map<Partition, std::int64_t> next_offset;
  std::vector<Record> records;
  for (const NewRecord& record : history) {
    const LogPosition position{record.partition, Offset{next_offset[record.partition]++}};
    records.push_back({position, record.recorded_at.value(), decoded(record.value, decoder)});
  }
  return records;
}

Record record_of(const RecordBatch::Record& record, EventDecoder& decoder) {
  return {record.position, record.recorded_at, record.has_value ? decoded(record.value, decoder) : std::nullopt};
}

History minimise(History history, const std::function<bool(const History&)>& fails) {
  std::size_t tries = 0;
  for (std::size_t part = std::max<std::size_t>(history.size() / 2, 1); part > 0;) {
    bool smaller = false;
    for (std::size_t begin = 0; begin < history.size();) {
      if (++tries > kMinimiseTriesMax) return history;
      History candidate = without(history, begin, std::min(begin + part, history.size()));
      if (fails(candidate)) {
        history = std::move(candidate);
        smaller = true;  // what follows has moved to `begin`
      } else {
        begin += part;
      }
    }
    // Single records are tried until none can go: one that could not may do so once another is gone.
    if (part > 1) {
      part /= 2;
    } else if (!smaller) {
      part = 0;
    }
  }
  return history;
}

std::string to_ndjson(const History& history) {
  EventDecoder decoder;
  std::string out;
  for (const NewRecord& record : history) {
    JsonWriter json(out);
    json.begin_object().key("partition").number(std::int64_t{record.partition.value});
    json.key("recordedAt").time_or_null(record.recorded_at);
    if (const auto event = decoded(record.value, decoder)) {
      json.key("event").raw(encode_event(*event));
    } else {
      json.key("key").string(record.key).key("hex").string(hex_of(record.value));
    }
    json.end_object();
    out += '\n';
  }
  return out;
}

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

std::uint64_t seed_of_this_run() { return number_from_environment("RAPPORT_SEED", std::random_device{}()); }

}  // namespace rapport::model
