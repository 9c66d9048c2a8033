#include "tests/contract/log_reading.h"

#include <gtest/gtest.h>

namespace rapport {

std::vector<ReadRecord> read_records(LogReader& reader, std::size_t count, std::chrono::milliseconds deadline) {
  std::vector<ReadRecord> out;
  RecordBatch batch;
  const auto until = std::chrono::steady_clock::now() + deadline;
  while (out.size() < count && std::chrono::steady_clock::now() < until) {
    batch.clear();
    const auto read = reader.read({}, batch);
    if (!read && !errc_retriable(read.error().code)) {
      ADD_FAILURE() << to_string(read.error());
      break;
    }
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const auto record = batch[i];
      out.push_back(
          {record.position, record.recorded_at, std::string(record.key), std::string(record.value), record.has_value});
    }
  }
  return out;
}

std::vector<ReadRecord> read_after(EventLog& log, const Positions& after, std::size_t count) {
  auto reader = log.open_reader(after);
  if (!reader) {
    ADD_FAILURE() << to_string(reader.error());
    return {};
  }
  return read_records(**reader, count);
}

std::vector<std::string> values_of(const std::vector<ReadRecord>& records) {
  std::vector<std::string> values;
  for (const auto& record : records) values.push_back(record.value);
  return values;
}

std::vector<LogPosition> must_append(EventLog& log, std::vector<NewRecord> records) {
  auto appended = append_and_wait(log, std::move(records));
  if (!appended) {
    ADD_FAILURE() << to_string(appended.error());
    return {};
  }
  return *std::move(appended);
}

Positions from_the_start(const EventLog& log) {
  Positions positions;
  for (std::int32_t p = kControlPartition.value; p < log.partition_count(); ++p) positions[Partition{p}] = Offset{-1};
  return positions;
}

NewRecord record_for(const EventLog& log, std::string key, std::string value) {
  const Partition partition = log.partition_of(key);
  return {partition, std::move(key), std::move(value)};
}

}  // namespace rapport
