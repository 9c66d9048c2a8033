#include "engine/log/whole_log.h"

namespace rapport {

Result<void> read_whole(EventLog& log, const ReadLimits& step, const TakeBatch& take) {
  const auto ends = log.ends();
  if (!ends) return ends.error();
  Positions start;
  for (const auto& [partition, end] : *ends) start.emplace(partition, Offset{});
  auto reader = log.open_bounded_reader(start);
  if (!reader) return reader.error();
  RecordBatch batch;
  while (!covers((*reader)->positions(), *ends)) {
    batch.clear();
    RAPPORT_TRY((*reader)->read(step, batch));
    for (const PartitionFault& fault : (*reader)->faults()) return fault.error;
    RAPPORT_TRY(take(batch, *ends));
  }
  return {};
}

}  // namespace rapport
