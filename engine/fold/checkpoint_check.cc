#include "engine/fold/checkpoint_check.h"

#include "projections/fold_record.h"

namespace rapport {
namespace {

constexpr std::chrono::milliseconds kReadPatience{10'000};

std::string place(Partition partition, Offset offset) {
  const std::string name = partition == kControlPartition ? "the control stream" : std::to_string(partition.value);
  return "partition " + name + ", offset " + std::to_string(offset.value);
}

Result<void> check_record(const RecordBatch::Record& record, const Checkpoint& checkpoint) {
  const std::string where = place(record.position.partition, checkpoint.offset);
  if (record.position.offset != checkpoint.offset) {
    return Error{Errc::position_gone, "the log no longer has " + where + ", which the projections were folded to"};
  }
  const auto value = record.has_value ? std::optional(record.value) : std::nullopt;
  if (record_hash(record.key, value) != checkpoint.record_hash) {
    return Error{Errc::corrupt, "the log holds another record at " + where + " than the projections were folded from"};
  }
  return {};
}

}  // namespace

Result<void> check_checkpoints(EventLog& log, const Checkpoints& checkpoints) {
  Positions before;  // of those that are not checked yet: the first record behind it is the one
  for (const auto& [partition, checkpoint] : checkpoints) {
    if (checkpoint.offset >= Offset{0}) before.emplace(partition, Offset{checkpoint.offset.value - 1});
  }
  if (before.empty()) return {};
  auto reader = log.open_bounded_reader(before);
  if (!reader) return reader.error();
  const auto until = std::chrono::steady_clock::now() + kReadPatience;
  for (RecordBatch batch; !before.empty(); batch.clear()) {
    // One at a time, so that no partition gives all that it has before another gives its first.
    RAPPORT_TRY((*reader)->read({.records_max = 1, .wait_max = kReadPatience}, batch));
    for (const PartitionFault& fault : (*reader)->faults()) return fault.error;
    if (batch.empty() || std::chrono::steady_clock::now() > until) {
      const Partition partition = before.begin()->first;
      return Error{Errc::log_unavailable, "no record came from " + place(partition, checkpoints.at(partition).offset)};
    }
    const RecordBatch::Record record = batch[0];
    if (before.erase(record.position.partition) == 0) continue;
    RAPPORT_TRY(check_record(record, checkpoints.at(record.position.partition)));
  }
  return {};
}

}  // namespace rapport
