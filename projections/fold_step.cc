#include "projections/fold_step.h"

#include <algorithm>
#include <map>
#include <variant>

#include "events/event_decoder.h"
#include "events/event_encoder.h"
#include "projections/contact_step.h"
#include "projections/key_layout.h"
#include "projections/ledger_row.h"
#include "projections/parked_row.h"
#include "projections/row_bytes.h"
#include "projections/seen_lookup.h"
#include "projections/stream_step.h"

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

template <class Kind, class Id>
Result<void> fold_streams(StepContext& step, const IndexesById<Id>& sorted) {
  RecordIndexes indexes;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    indexes.push_back(sorted[i].second);
    if (i + 1 < sorted.size() && sorted[i + 1].first == sorted[i].first) continue;
    StreamStep<Kind> stream(sorted[i].first);
    RAPPORT_TRY(stream.fold(step, indexes));
    RAPPORT_TRY(stream.finish(step));
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

}  // namespace

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

namespace {

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

class StreamInPieces::Impl {
 public:
  Impl(const StreamsFold& how, FoldedStreams& out) : how_(how), out_(out) {}

  Result<void> fold(std::span<FoldRecord> records) {
    RAPPORT_TRY(check_all_read(records));
    std::vector<Outcome> outcomes(records.size());
    StepContext step = step_of(records, outcomes);
    try {
      RAPPORT_TRY(fold_piece(step));
    } catch (const std::exception& fault) {
      return thrown(step, fault);
    }
    for (std::uint32_t i = 0; i < records.size(); ++i) step.checkpoint_of(i).counts.add(outcomes[i].status);
    return {};
  }
  Result<void> finish() {
    std::vector<Outcome> none;
    StepContext step = step_of({}, none);
    try {
      return std::visit([&](auto& stream) { return stream.finish(step); }, stream_);
    } catch (const std::exception& fault) {
      return thrown(step, fault);
    }
  }

 private:
  // Records that are all parked, those of no subject among them.
  struct NoStream {
    Result<void> finish(StepContext&) { return {}; }
  };

  StepContext step_of(std::span<FoldRecord> records, std::vector<Outcome>& outcomes) {
    return {how_.onto, records, outcomes, out_.checkpoints, out_.buckets, how_.indexes, out_.rows};
  }
  Result<void> fold_piece(StepContext& step) {
    RecordIndexes indexes;
    for (std::uint32_t i = 0; i < step.records.size(); ++i) {
      if (step.records[i].park) {
        park(step, i);
      } else {
        indexes.push_back(i);
      }
    }
    if (indexes.empty()) return {};
    if (std::holds_alternative<NoStream>(stream_)) begin(step.recorded(indexes.front()).event.subject);
    if (auto* contact = std::get_if<ContactInPieces>(&stream_)) {
      return contact->fold(step, how_.apply_to_contact, std::move(indexes));
    }
    if (auto* identity = std::get_if<StreamStep<IdentityKind>>(&stream_)) return identity->fold(step, indexes);
    return std::get<StreamStep<CompanyKind>>(stream_).fold(step, indexes);
  }
  void begin(const Subject& subject) {
    if (const auto* contact = std::get_if<ContactId>(&subject)) {
      stream_.emplace<ContactInPieces>(*contact);
    } else if (const auto* identity = std::get_if<Identity>(&subject)) {
      stream_.emplace<StreamStep<IdentityKind>>(*identity);
    } else if (const auto* company = std::get_if<CompanyId>(&subject)) {
      stream_.emplace<StreamStep<CompanyKind>>(*company);
    } else {
      panic("the control stream is folded before all others");
    }
  }

  const StreamsFold how_;
  FoldedStreams& out_;
  std::variant<NoStream, ContactInPieces, StreamStep<IdentityKind>, StreamStep<CompanyKind>> stream_;
};

StreamInPieces::StreamInPieces(const StreamsFold& how, FoldedStreams& out) : impl_(std::make_unique<Impl>(how, out)) {}
StreamInPieces::~StreamInPieces() = default;
Result<void> StreamInPieces::fold(std::span<FoldRecord> records) { return impl_->fold(records); }
Result<void> StreamInPieces::finish() { return impl_->finish(); }

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
