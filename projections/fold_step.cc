#include "projections/fold_step.h"

#include <algorithm>
#include <map>

#include "events/event_decoder.h"
#include "events/event_encoder.h"
#include "projections/company_fold.h"
#include "projections/contact_step.h"
#include "projections/identity_fold.h"
#include "projections/key_layout.h"
#include "projections/ledger_row.h"
#include "projections/parked_row.h"
#include "projections/row_bytes.h"
#include "projections/seen_lookup.h"

namespace rapport {
namespace {

template <class Id>
using IndexesById = std::vector<std::pair<Id, std::uint32_t>>;

// The records that are not parked, by the kind of stream they belong to.
struct Streams {
  IndexesById<ContactId> contacts;
  IndexesById<CompanyId> companies;
  IndexesById<Identity> identities;
  RecordIndexes control;
};

void park(StepContext& step, std::uint32_t index) {
  const FoldRecord& record = step.records[index];
  step.outcomes[index] = {OutcomeStatus::parked, Refusal::none, 0, record.recorded.position.offset};
  const ParkedRow row{record.recorded.recorded_at, to_string(*record.park), "", std::string(record.key),
                      std::string(record.value.value_or(""))};
  step.rows.put(parked_key(record.recorded.position), encode_parked_row(row));
}

Streams sort_into_streams(StepContext& step) {
  struct Sorter {
    Streams& streams;
    std::uint32_t index;
    void operator()(const ContactId& id) const { streams.contacts.emplace_back(id, index); }
    void operator()(const CompanyId& id) const { streams.companies.emplace_back(id, index); }
    void operator()(const Identity& id) const { streams.identities.emplace_back(id, index); }
    void operator()(const ControlSubject&) const { streams.control.push_back(index); }
  };
  Streams streams;
  for (std::uint32_t i = 0; i < step.records.size(); ++i) {
    if (step.records[i].park) {
      park(step, i);
    } else {
      std::visit(Sorter{streams, i}, step.recorded(i).event.subject);
    }
  }
  std::sort(streams.contacts.begin(), streams.contacts.end());
  std::sort(streams.companies.begin(), streams.companies.end());
  std::sort(streams.identities.begin(), streams.identities.end());
  return streams;
}

// How a company's and an identity's state stands in its row.
struct CompanyKind {
  using Rows = CompanyRows;
  static auto decode(std::string_view row) { return decode_company(row); }
  static auto encode(const CompanyState& state) { return encode_company(state); }
  static Digest digest(const CompanyRows& rows) { return company_digest(rows.id, rows.state); }
  static void count(Checkpoint& checkpoint, const CompanyState& before, const CompanyState& after) {
    checkpoint.companies += static_cast<std::uint64_t>(after.is_live()) - static_cast<std::uint64_t>(before.is_live());
  }
};

struct IdentityKind {
  using Rows = IdentityRows;
  static auto decode(std::string_view row) { return decode_identity(row); }
  static auto encode(const IdentityState& state) { return encode_identity(state); }
  static Digest digest(const IdentityRows& rows) { return identity_digest(rows.id, rows.state); }
  static void count(Checkpoint&, const IdentityState&, const IdentityState&) {}
};

// The stream as the step finds it, and which of the records it has seen.
template <class Kind>
Result<void> load_stream(const StepContext& step, const RecordIndexes& indexes, typename Kind::Rows& rows,
                         Digest& digest) {
  auto row = step.store->get(state_key(rows.stream.key));
  if (!row) return row.error();
  if (*row) {
    auto state = Kind::decode(**row);
    if (!state) return state.error();
    rows.state = *std::move(state);
    digest = Kind::digest(rows);
  }
  std::vector<const RecordedEvent*> events;
  for (const std::uint32_t index : indexes) events.push_back(&step.recorded(index));
  SeenLookup lookup;
  lookup.plan(rows.stream, rows.state.ledger, events);
  return lookup.load(*step.store);
}

template <class Kind, class Id>
Result<void> fold_stream(StepContext& step, const Id& id, const RecordIndexes& indexes) {
  typename Kind::Rows rows(id);
  Digest before{};
  if (step.store) RAPPORT_TRY(load_stream<Kind>(step, indexes, rows, before));
  const auto state_before = rows.state;

  const auto apply_to_stream = [](auto& stream, RecordedEvent&& recorded) {
    return apply(stream, std::move(recorded));
  };
  for (const std::uint32_t index : indexes) step.apply_to(rows, index, apply_to_stream);
  if (rows.stream.appended.empty()) return {};
  const Partition partition = step.recorded(indexes.front()).position.partition;
  change_digest(step, partition, rows.stream.key, before, Kind::digest(rows));
  Kind::count(step.checkpoints[partition], state_before, rows.state);
  step.rows.put(state_key(rows.stream.key), Kind::encode(rows.state));
  return write_stream_rows(step, rows.stream);
}

template <class Kind, class Id>
Result<void> fold_streams(StepContext& step, const IndexesById<Id>& sorted) {
  RecordIndexes indexes;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    indexes.push_back(sorted[i].second);
    if (i + 1 < sorted.size() && sorted[i + 1].first == sorted[i].first) continue;
    RAPPORT_TRY((fold_stream<Kind>(step, sorted[i].first, indexes)));
    indexes.clear();
  }
  return {};
}

// A record that an inbox could not take: its bytes come with the event that says so.
void write_parked(StepContext& step, const RecordedEvent& recorded, const EventParked& parked) {
  const ParkedRow row{recorded.recorded_at, parked.reason, parked.origin, "", parked.raw};
  step.rows.put(parked_key(recorded.position), encode_parked_row(row));
}

Result<void> fold_control(StepContext& step, FoldMemory& memory, const RecordIndexes& indexes) {
  if (indexes.empty()) return {};
  StreamRows rows(stream_key(Subject{ControlSubject{}}));
  StreamLedger ledger;
  auto row = step.store->get(state_key(rows.key));
  if (!row) return row.error();
  if (*row) {
    RowReader in(**row);
    ledger = read_ledger(in);
    if (!in.done()) return Error{Errc::corrupt, "the control stream's row does not decode"};
  }
  std::vector<const RecordedEvent*> events;
  for (const std::uint32_t index : indexes) events.push_back(&step.recorded(index));
  SeenLookup lookup;
  lookup.plan(rows, ledger, events);
  RAPPORT_TRY(lookup.load(*step.store));

  auto next = std::make_shared<ControlState>(*memory.control);
  for (const std::uint32_t index : indexes) {
    RecordedEvent& recorded = step.recorded(index);
    const LogPosition position = recorded.position;
    const Timestamp recorded_at = recorded.recorded_at;
    const auto accept = [&](const Event& event, WriteStamp at) {
      next->accept(event, at.time);
      if (const auto* parked = std::get_if<EventParked>(&event.payload)) {
        write_parked(step, {position, recorded_at, {}}, *parked);
      } else {
        step.rows.put(control_key(position.offset), encode_control_row({at.time, encode_event(event)}));
      }
    };
    step.apply_to(rows, index, [&](StreamRows& stream, RecordedEvent&& event) {
      return fold_into(
          stream, ledger, std::move(event), [&](const Event& said) { return next->decide(said); }, accept,
          [&] { return ledger.accepted_count(); });
    });
  }
  // Maps that are the same copy are told so without a look at what is in them.
  if (next->attributes != memory.control->attributes) memory.indexes.follow(*next, step.rows);
  memory.control = std::move(next);
  std::string value;
  RowWriter out(value);
  write_ledger(out, ledger);
  step.rows.put(state_key(rows.key), value);
  return write_stream_rows(step, rows);
}

Result<void> fold_all_streams(StepContext& step, FoldMemory& memory) {
  const Streams streams = sort_into_streams(step);
  // First, because it says which indexes the contacts stand in.
  RAPPORT_TRY(fold_control(step, memory, streams.control));
  RAPPORT_TRY(fold_contacts(step, &memory.cache, memory.apply_to_contact, streams.contacts));
  RAPPORT_TRY(fold_streams<IdentityKind>(step, streams.identities));
  return fold_streams<CompanyKind>(step, streams.companies);
}

// What the event was is read from the record's bytes: it may have been made to forget what it said.
Error thrown(const StepContext& step, const std::exception& what) {
  std::string detail = "the fold threw";
  if (step.applying) {
    const FoldRecord& record = step.records[*step.applying];
    const LogPosition at = record.recorded.position;
    detail += at.partition == kControlPartition ? " at the control stream's offset "
                                                : " at partition " + std::to_string(at.partition.value) + ", offset ";
    detail += std::to_string(at.offset.value) + " (" + std::string(record.key);
    if (const auto event = EventDecoder().decode(record.value.value_or(""))) detail += ", " + event->type_name;
    detail += ")";
  }
  return {Errc::internal, detail + ": " + what.what()};
}

// Nothing of the step is folded: what cannot be read may be read tomorrow, once the key or the disk is back.
Result<void> check_all_read(std::span<const FoldRecord> records) {
  for (const FoldRecord& record : records) {
    if (!record.unread) continue;
    const LogPosition at = record.recorded.position;
    return Error{record.unread->code,
                 record.unread->detail + " (partition " + std::to_string(at.partition.value) + ", offset " +
                     std::to_string(at.offset.value) + ")",
                 record.unread->field};
  }
  return {};
}

void advance_checkpoints(StepContext& step) {
  std::map<Partition, const FoldRecord*> last;
  for (std::uint32_t i = 0; i < step.records.size(); ++i) {
    const FoldRecord& record = step.records[i];
    Checkpoint& checkpoint = step.checkpoint_of(i);
    if (record.recorded.position.offset <= checkpoint.offset) panic("a record from before the checkpoint");
    checkpoint.offset = record.recorded.position.offset;
    checkpoint.counts.add(step.outcomes[i].status);
    last[record.recorded.position.partition] = &record;
  }
  for (const auto& [partition, record] : last) {
    Checkpoint& checkpoint = step.checkpoints[partition];
    checkpoint.record_hash = record_hash(record->key, record->value);
    checkpoint.recorded_at = record->recorded.recorded_at;
  }
}

}  // namespace

Result<std::vector<Outcome>> fold_step(const Store& store, FoldMemory& memory, std::span<FoldRecord> records,
                                       RowBuffer& rows) {
  RAPPORT_TRY(check_all_read(records));
  std::vector<Outcome> outcomes(records.size());
  StepContext step{&store, records, outcomes, memory.checkpoints, memory.buckets, memory.indexes, rows};
  try {
    RAPPORT_TRY(fold_all_streams(step, memory));
  } catch (const std::exception& fault) {
    return thrown(step, fault);
  }
  advance_checkpoints(step);
  for (const auto& [partition, checkpoint] : memory.checkpoints)
    rows.put(checkpoint_key(partition), encode_checkpoint(checkpoint));
  memory.buckets.write_changed(rows);
  return outcomes;
}

Result<void> fold_whole_streams(const StreamsFold& how, std::span<FoldRecord> records, FoldedStreams& out) {
  RAPPORT_TRY(check_all_read(records));
  std::vector<Outcome> outcomes(records.size());
  StepContext step{how.onto, records, outcomes, out.checkpoints, out.buckets, how.indexes, out.rows};
  try {
    const Streams streams = sort_into_streams(step);
    if (!streams.control.empty()) panic("the control stream is folded before all others");
    RAPPORT_TRY(fold_contacts(step, nullptr, how.apply_to_contact, streams.contacts));
    RAPPORT_TRY(fold_streams<IdentityKind>(step, streams.identities));
    RAPPORT_TRY(fold_streams<CompanyKind>(step, streams.companies));
  } catch (const std::exception& fault) {
    return thrown(step, fault);
  }
  for (std::uint32_t i = 0; i < records.size(); ++i) step.checkpoint_of(i).counts.add(outcomes[i].status);
  return {};
}

std::string encode_control_row(const ControlRow& control) {
  std::string row;
  RowWriter out(row);
  out.time(control.time);
  out.bytes(control.event);
  return row;
}

Result<ControlRow> decode_control_row(std::string_view row) {
  RowReader in(row);
  ControlRow control;
  control.time = in.time();
  control.event = in.rest();
  if (!in.ok()) return Error{Errc::corrupt, "a control row does not decode"};
  return control;
}

}  // namespace rapport
