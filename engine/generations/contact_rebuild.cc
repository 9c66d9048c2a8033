#include "engine/generations/contact_rebuild.h"

#include "engine/fold/record_decoder.h"

namespace rapport {
namespace {

constexpr ReadLimits kStep{.records_max = 50'000, .bytes_max = 32u << 20};

// Folds the records of one contact, and no others, in a generation of its own.
class ContactReplay {
 public:
  ContactReplay(EventLog& log, Generation& generation, ContactId contact)
      : log_(log),
        generation_(generation),
        subject_(to_string(Subject{contact})),
        partition_(log.partition_of(subject_)),
        decoder_(log) {}

  Partition partition() const { return partition_; }

  // Goes on up to the offset. Errors: as refold().
  Result<void> to(Offset until, const RefoldProgress& progress) {
    auto reader = log_.open_bounded_reader({{partition_, reached_}});
    if (!reader) return reader.error();
    RecordBatch batch;
    while (reached_ < until) {
      batch.clear();
      RAPPORT_TRY((*reader)->read(kStep, batch));
      for (const PartitionFault& fault : (*reader)->faults()) return fault.error;
      RAPPORT_TRY(fold(batch, until));
      reached_ = std::min(until, offset_in((*reader)->positions(), partition_));
      if (progress && !progress(records_)) return Error{Errc::shutting_down, "the refold was stopped"};
    }
    return {};
  }

 private:
  Result<void> fold(const RecordBatch& batch, Offset until) {
    RecordBatch own;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const RecordBatch::Record record = batch[i];
      if (record.position.offset > until) break;
      ++records_;
      const auto value = record.has_value ? std::optional(record.value) : std::nullopt;
      if (record.key == subject_) own.add(record.position, record.recorded_at, record.key, value);
    }
    std::vector<FoldRecord> records = decoder_.decode(own);
    // Parked: a matter of the log, not of the contact.
    std::erase_if(records, [](const FoldRecord& record) { return record.park.has_value(); });
    if (records.empty()) return {};
    auto outcomes = generation_.fold(records);
    if (!outcomes) return outcomes.error();
    return {};
  }

  EventLog& log_;
  Generation& generation_;
  std::string subject_;
  Partition partition_;
  RecordDecoder decoder_;
  Offset reached_;
  std::uint64_t records_ = 0;
};

}  // namespace

Result<GenerationDifference> rebuild_contact(EventLog& log, Folder& folder, const std::filesystem::path& scratch,
                                             ContactId contact, const RefoldProgress& progress) {
  auto generation = Generation::open({.directory = scratch});
  if (!generation) return generation.error();
  ContactReplay replay(log, **generation, contact);
  RAPPORT_TRY(replay.to(offset_in(folder.view()->positions(), replay.partition()), progress));

  GenerationDifference difference;
  const auto ended = folder.between_steps([&](const auto& live) -> Result<std::shared_ptr<Generation>> {
    RAPPORT_TRY(replay.to(offset_in(live->view()->positions(), replay.partition()), {}));
    const auto truth = (*generation)->view();
    auto compared = compare_contact(*truth, *live->view(), contact);
    if (!compared) return compared.error();
    difference = *std::move(compared);
    if (difference.none()) return live;
    RAPPORT_TRY(live->mend({contact, replay.partition(), *truth, [&](const std::string& subject) {
                              return log.partition_of(subject) == replay.partition();
                            }}));
    return live;
  });
  if (!ended) return ended.error();
  return difference;
}

}  // namespace rapport
