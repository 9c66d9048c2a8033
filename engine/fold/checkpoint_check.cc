#include "engine/fold/checkpoint_check.h"

#include "projections/fold_record.h"

namespace rapport {
namespace {

constexpr std::chrono::milliseconds kReadPatience{10'000};

std::string place(Partition partition, Offset offset) {
  const std::string name = partition == kControlPartition ? "the control stream" : std::to_string(partition.value);
  return "partition " + name + ", offset " + std::to_string(offset.value);
}

Result<void> check_one(EventLog& log, Partition partition, const Checkpoint& checkpoint) {
  auto reader = log.open_reader({{partition, Offset{checkpoint.offset.value - 1}}});
  if (!reader) return reader.error();
  RecordBatch batch;
  RAPPORT_TRY((*reader)->read({.records_max = 1, .wait_max = kReadPatience}, batch));
  for (const PartitionFault& fault : (*reader)->faults()) return fault.error;
  if (batch.empty()) return Error{Errc::log_unavailable, "no record came from " + place(partition, checkpoint.offset)};
  const RecordBatch::Record record = batch[0];
  if (record.position.offset != checkpoint.offset) {
    return Error{Errc::position_gone, "the log no longer has " + place(partition, checkpoint.offset) +
                                          ", which the projections were folded to"};
  }
  const auto value = record.has_value ? std::optional(record.value) : std::nullopt;
  if (record_hash(record.key, value) != checkpoint.record_hash) {
    return Error{Errc::corrupt, "the log holds another record at " + place(partition, checkpoint.offset) +
                                    " than the projections were folded from"};
  }
  return {};
}

}  // namespace

Result<void> check_checkpoints(EventLog& log, const Checkpoints& checkpoints) {
  for (const auto& [partition, checkpoint] : checkpoints) {
    if (checkpoint.offset >= Offset{0}) RAPPORT_TRY(check_one(log, partition, checkpoint));
  }
  return {};
}

}  // namespace rapport
