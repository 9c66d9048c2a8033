#include "tests/projections/history_fold.h"

#include <set>

#include "engine/fold/record_decoder.h"
#include "projections/company_fold.h"
#include "projections/contact_fold.h"
#include "projections/contact_index.h"
#include "projections/contact_row.h"
#include "projections/generation_compare.h"
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

std::string told_bytes(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    constexpr std::string_view kHex = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    if (c >= ' ' && c <= '~') {
      out += c;
    } else {
      out.append("\\x").append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
    }
  }
  return out;
}

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
  cuts.cached_states_bytes_max = dice.pick(std::array<std::size_t, 3>{0, 3'000, 1'000'000});
  cuts.file_step_bytes_min = dice.pick(std::array<std::size_t, 3>{0, 4'096, 8u << 20});
  cuts.reopen = longest > 20 && dice.one_in(4);
  return cuts;
}

Cuts single_records(std::size_t records) {
  Cuts cuts;
  for (std::size_t end = 1; end < records; ++end) cuts.ends.push_back(end);
  return cuts;
}

HistoryFold::HistoryFold(const model::History& history, const Cuts& cuts)
    : behind_each_(cuts.behind_each),
      options_{.directory = directory_.path() / "generation",
               .cache_bytes = 1u << 20,
               .write_buffer_bytes = 64u << 10,
               .file_step_bytes_min = cuts.file_step_bytes_min,
               .cached_states_bytes_max = cuts.cached_states_bytes_max} {
  reopen();
  std::size_t begin = 0;
  for (const std::size_t end : cuts.ends) {
    step(history, begin, end);
    begin = end;
    if (cuts.reopen) reopen();
  }
  step(history, begin, history.size());
  if (auto filled = generation_->finish_indexes(); !filled) panic(to_string(filled.error()));
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
  behind_each_(view());
  // A contact at a time: steps come in the middle of an index that is filled.
  if (auto filled = generation_->fill_indexes(1); !filled) panic(to_string(filled.error()));
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

namespace {

std::string fault_of_catalog(const View& view) {
  std::set<FieldIndex> declared{{"email", false}, {"phone", false}};
  for (const auto& [id, attribute] : view.control().attributes) {
    if (attribute.object != AttributeObject::contact || !attribute.indexed) continue;
    declared.insert({attribute.key, attribute.type == AttributeType::date});
  }
  if (view.indexes().kept() != declared) return "other fields are indexed than declared\n";
  for (const FieldIndex& index : declared) {
    if (!view.indexes().is_whole(index)) return "the index on " + index.field + " is not whole\n";
  }
  return {};
}

}  // namespace

std::string row_difference(const View& one, const View& other) {
  const auto compared = compare_generations(one, other);
  if (!compared) return to_string(compared.error());
  std::string out;
  for (const RowDifference& row : compared->first) out += row.subject + " " + row.part + " " + row.how + "\n";
  if (one.checkpoints() != other.checkpoints()) out += "the checkpoints differ\n";
  return out;
}

std::string index_fault(const View& view) {
  std::string fault = fault_of_catalog(view);
  std::set<std::string> expected;
  std::uint64_t active = 0, archived = 0;
  Cursor cursor = view.store().cursor("Sc", "Sd", view.at());
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    const ContactId id = contact_of_state_key(cursor.key());
    const ContactState state = decode_contact(cursor.value()).value();
    const IndexEntries entries(view.indexes(), id, state, IndexScope::all);
    for (std::size_t i = 0; i < entries.size(); ++i) expected.emplace(entries[i]);
    active += state.standing() == Standing::active;
    archived += state.standing() == Standing::archived;
  }
  cursor = view.store().cursor("I", "J", view.at());
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    if (expected.erase(std::string(cursor.key())) == 0)
      fault += "an index row too many: " + told_bytes(cursor.key()) + "\n";
  }
  for (const std::string& key : expected) fault += "an index row is missing: " + told_bytes(key) + "\n";
  for (const auto& [partition, checkpoint] : view.checkpoints()) {
    active -= checkpoint.active_roots;
    archived -= checkpoint.archived_roots;
  }
  if (active != 0 || archived != 0) fault += "the counts of roots are not those of the states\n";
  return fault;
}

}  // namespace rapport
