#include "tests/projections/history_fold.h"

#include "engine/fold/record_decoder.h"
#include "projections/company_fold.h"
#include "projections/contact_fold.h"
#include "projections/contact_row.h"
#include "projections/identity_fold.h"
#include "projections/key_layout.h"
#include "tests/model/dice.h"
#include "tests/projections/told.h"

namespace rapport {
namespace {

// Only says where records belong.
class PartitionsOnly : public EventLog {
 public:
  LogId id() const override { return {}; }
  std::int32_t partition_count() const override { return kPartitions; }
  void append(std::vector<NewRecord>, AppendDone) override { panic("nothing is appended here"); }
  Result<std::unique_ptr<LogReader>> open_reader(const Positions&) override { panic("nothing is read here"); }
  Result<Positions> ends() override { panic("it has no end"); }
  LogHealth health() const override { return {}; }
};

Digest stream_digest(char kind, std::string_view key, std::string_view value, Digest timeline) {
  // Each takes the sum from the ledger: ours is put there.
  const auto with_sum = [&](auto state) {
    if (!state) panic(to_string(state.error()));
    state->ledger.timeline_sum = timeline;
    return *std::move(state);
  };
  if (kind == 'c') return contact_digest(contact_of_state_key(key), with_sum(decode_contact(value)));
  if (kind == 'o') return company_digest(CompanyId{contact_of_state_key(key).value}, with_sum(decode_company(value)));
  if (kind == 'i') {
    const auto subject = parse_subject(row_name(key).subject);
    return identity_digest(std::get<Identity>(*subject), with_sum(decode_identity(value)));
  }
  return {};
}

}  // namespace

Cuts random_cuts(std::uint64_t seed, std::size_t records) {
  model::Dice dice(seed);
  Cuts cuts;
  const std::size_t longest = 1 + dice.below(dice.one_in(2) ? 5 : 60);
  for (std::size_t end = 0; end < records;) cuts.ends.push_back(end += 1 + dice.below(longest));
  while (!cuts.ends.empty() && cuts.ends.back() >= records) cuts.ends.pop_back();
  cuts.cached_contacts_max = dice.pick(std::array<std::size_t, 3>{0, 2, 1'000});
  cuts.reopen = longest > 20 && dice.one_in(4);
  return cuts;
}

Cuts single_records(std::size_t records) {
  Cuts cuts;
  for (std::size_t end = 1; end < records; ++end) cuts.ends.push_back(end);
  return cuts;
}

HistoryFold::HistoryFold(const model::History& history, const Cuts& cuts)
    : options_{.directory = directory_.path() / "generation",
               .cache_bytes = 1u << 20,
               .write_buffer_bytes = 64u << 10,
               .cached_contacts_max = cuts.cached_contacts_max} {
  reopen();
  std::size_t begin = 0;
  for (const std::size_t end : cuts.ends) {
    step(history, begin, end);
    begin = end;
    if (cuts.reopen) reopen();
  }
  step(history, begin, history.size());
}

void HistoryFold::reopen() {
  generation_.reset();
  auto opened = Generation::open(options_);
  if (!opened) panic(to_string(opened.error()));
  generation_ = *std::move(opened);
}

void HistoryFold::step(const model::History& history, std::size_t begin, std::size_t end) {
  RecordBatch batch;
  for (std::size_t i = begin; i < end; ++i) {
    const NewRecord& record = history[i];
    const LogPosition position{record.partition, Offset{next_offset_[record.partition]++}};
    batch.add(position, record.recorded_at.value(), record.key, record.value);
  }
  const PartitionsOnly log;
  std::vector<FoldRecord> records = RecordDecoder(log).decode(batch);
  auto outcomes = generation_->fold(records);
  if (!outcomes) panic(to_string(outcomes.error()));
  outcomes_.insert(outcomes_.end(), outcomes->begin(), outcomes->end());
}

RowDigests digests_of_rows(const View& view) {
  std::map<std::string, Digest> timelines;
  RowDigests digests;
  Cursor cursor = view.store().cursor("T", "U", view.at());
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    const std::string stream(cursor.key().substr(1, cursor.key().size() - 17));
    const auto row = decode_timeline_row(timeline_stamp(cursor.key()), cursor.value());
    if (!row) panic(to_string(row.error()));
    timelines[stream] += timeline_row_digest(stream, *row);
  }
  cursor = view.store().cursor("S", "T", view.at());
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    const std::string stream(cursor.key().substr(1));
    const Digest digest = stream_digest(stream[0], cursor.key(), cursor.value(), timelines[stream]);
    const Partition partition = model::partition_of_key(row_name(cursor.key()).subject, kPartitions);
    digests.partitions[partition] += digest;
    digests.buckets[partition][digest_bucket_of(stream)] += digest;
  }
  return digests;
}

}  // namespace rapport
