#include "engine/fold/refold.h"

#include "engine/fold/record_decoder.h"
#include "engine/fold/sorted_refold.h"

namespace rapport {
namespace {

constexpr ReadLimits kStep{.records_max = 50'000, .bytes_max = 32u << 20};

}  // namespace

Result<void> refold_steps(EventLog& log, Generation& generation, const Positions& until,
                          const RefoldProgress& progress) {
  Positions after;
  const Positions folded = generation.view()->positions();
  for (const auto& [partition, offset] : until) after.emplace(partition, offset_in(folded, partition));
  auto reader = log.open_bounded_reader(after);
  if (!reader) return reader.error();
  RecordDecoder decoder(log);
  RecordBatch batch;
  std::uint64_t done = 0;
  while (!covers((*reader)->positions(), until)) {
    batch.clear();
    RAPPORT_TRY((*reader)->read(kStep, batch));
    for (const PartitionFault& fault : (*reader)->faults()) return fault.error;
    std::vector<FoldRecord> records = decoder.decode(batch);
    std::erase_if(records, [&](const FoldRecord& record) {
      return record.recorded.position.offset > offset_in(until, record.recorded.position.partition);
    });
    if (!records.empty()) {
      auto outcomes = generation.fold(records);
      if (!outcomes) return outcomes.error();
      done += records.size();
    }
    // Also where the log gives nothing, for as long as it does.
    if (progress && !progress(done)) return Error{Errc::shutting_down, "the refold was stopped"};
  }
  return {};
}

Result<void> refold(EventLog& log, Generation& generation, const Positions& until, const RefoldProgress& progress) {
  std::uint64_t sorted = 0;
  if (generation.is_new()) {
    RAPPORT_TRY(refold_sorted(log, generation, until, progress));
    sorted = total_counts(generation.view()->checkpoints()).records();
  }
  RAPPORT_TRY(refold_steps(log, generation, until,
                           [&](std::uint64_t records) { return !progress || progress(sorted + records); }));
  return generation.finish_indexes();
}

}  // namespace rapport
