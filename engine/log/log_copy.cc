#include "engine/log/log_copy.h"

namespace rapport {
namespace {

constexpr ReadLimits kStep{.records_max = 10'000, .bytes_max = 4u << 20};

Result<void> check_empty(EventLog& log) {
  const auto ends = log.ends();
  if (!ends) return ends.error();
  for (const auto& [partition, end] : *ends) {
    // A log's own first record is all that may stand there.
    if (end > Offset{partition == kControlPartition ? 0 : -1}) {
      return Error{Errc::invalid_argument, "the log to copy to holds events already", "to"};
    }
  }
  return {};
}

}  // namespace

Result<LogCopyResult> copy_log(EventLog& from, EventLog& to, const LogCopyProgress& progress) {
  RAPPORT_TRY(check_empty(to));
  const auto ends = from.ends();
  if (!ends) return ends.error();
  Positions start;
  for (const auto& [partition, end] : *ends) start.emplace(partition, Offset{});
  auto reader = from.open_reader(start);
  if (!reader) return reader.error();
  LogCopyResult result;
  RecordBatch batch;
  while (!covers((*reader)->positions(), *ends)) {
    batch.clear();
    RAPPORT_TRY((*reader)->read(kStep, batch));
    for (const PartitionFault& fault : (*reader)->faults()) return fault.error;
    std::vector<NewRecord> records;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const RecordBatch::Record record = batch[i];
      const bool control = record.position.partition == kControlPartition;
      const bool own = control && record.position.offset == Offset{0};
      if (record.position.offset > offset_in(*ends, record.position.partition)) continue;
      if (own || !record.has_value) {
        ++result.left_out;
        continue;
      }
      records.push_back({.partition = control ? kControlPartition : to.partition_of(record.key),
                         .key = std::string(record.key),
                         .value = std::string(record.value),
                         .recorded_at = record.recorded_at});
    }
    if (records.empty()) continue;
    result.records += records.size();
    auto appended = append_and_wait(to, std::move(records));
    if (!appended) return appended.error();
    if (progress && !progress(result.records)) return Error{Errc::shutting_down, "the copy was stopped"};
  }
  return result;
}

}  // namespace rapport
