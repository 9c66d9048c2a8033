#include "projections/company_fold.h"

#include "projections/key_layout.h"
#include "projections/ledger_row.h"

namespace rapport {
namespace {

constexpr std::uint8_t kRowFormat = 1;

Refusal decide(const CompanyState& state, const Event& event) {
  if (state.deleted_at) return Refusal::company_deleted;
  if (!event.expected_version) return Refusal::none;
  const bool as_expected = *event.expected_version == 0 ? !state.exists : *event.expected_version == state.version();
  return as_expected ? Refusal::none : Refusal::wrong_expected_version;
}

bool is_company_change(EventType type) { return event_type_row(type).stream == StreamKind::company; }

void accept(CompanyState& state, const Event& event, WriteStamp at) {
  const auto set_fields = [&](const Fields& fields) {
    for (const auto& [key, value] : fields) state.fields[key].write(value, at);
  };
  if (const auto* created = std::get_if<CompanyCreated>(&event.payload)) {
    set_fields(created->fields);
    if (!state.created_stamp || at < *state.created_stamp) state.created_stamp = at;
  } else if (const auto* changed = std::get_if<CompanyChanged>(&event.payload)) {
    set_fields(changed->fields);
  } else if (std::holds_alternative<CompanyDeleted>(event.payload)) {
    state.deleted_at = at.time;
  } else if (event.type != EventType::custom) {
    panic("an event of another stream in a company's: " + event.type_name);
  }
  if (event.type != EventType::company_deleted) state.exists = true;
  if (is_company_change(event.type) && (!state.updated || *state.updated < at.time)) state.updated = at.time;
}

}  // namespace

std::uint64_t CompanyState::version() const {
  return std::uint64_t{ledger.accepted_count(EventType::company_created)} +
         ledger.accepted_count(EventType::company_changed) + ledger.accepted_count(EventType::company_deleted);
}

Timestamp CompanyState::date_created() const {
  if (created_stamp) return created_stamp->time;
  return ledger.earliest.value_or(Timestamp{});
}

CompanyRows::CompanyRows(CompanyId company) : id(company), stream(stream_key(Subject{company})) {}

Outcome apply(CompanyRows& rows, RecordedEvent&& recorded) {
  CompanyState& state = rows.state;
  return fold_into(
      rows.stream, state.ledger, std::move(recorded), [&](const Event& event) { return decide(state, event); },
      [&](const Event& event, WriteStamp at) { accept(state, event, at); }, [&] { return state.version(); });
}

Digest company_digest(CompanyId id, const CompanyState& state) {
  std::string bytes;
  RowWriter out(bytes);
  out.text("company");
  out.number(id.value);
  out.byte(state.exists);
  out.time(state.deleted_at.value_or(kTimestampMax));
  out.time(state.created_stamp ? state.created_stamp->time : kTimestampMax);
  out.time(state.updated.value_or(kTimestampMin));
  out.number(state.ledger.accepted_count());
  out.number(state.ledger.refused);
  out.time(state.ledger.earliest.value_or(kTimestampMax));
  out.number(state.fields.size());
  for (const auto& [key, field] : state.fields) {
    out.text(key);
    out.time(field.stamp.time);
    out.text(field.value.text);
  }
  return hash_digest(bytes) + state.ledger.timeline_sum;
}

std::string encode_company(const CompanyState& state) {
  std::string row;
  RowWriter out(row);
  out.byte(kRowFormat);
  write_ledger(out, state.ledger);
  StampWriter stamps(out, state.ledger.latest.value_or(Timestamp{}));
  out.byte(state.exists);
  stamps.optional_time(state.deleted_at);
  out.byte(state.created_stamp.has_value());
  if (state.created_stamp) stamps.stamp(*state.created_stamp);
  stamps.optional_time(state.updated);
  out.number(state.fields.size());
  for (const auto& [key, field] : state.fields) {
    out.text(key);
    stamps.stamp(field.stamp);
    out.text(field.value.text);
  }
  return row;
}

Result<CompanyState> decode_company(std::string_view row) {
  RowReader in(row);
  const std::uint8_t format = in.byte();
  if (in.ok() && format != kRowFormat) {
    return Error{Errc::wrong_format, "a company row of format " + std::to_string(format) + ", this program knows 1"};
  }
  CompanyState state;
  state.ledger = read_ledger(in);
  StampReader stamps(in, state.ledger.latest.value_or(Timestamp{}));
  state.exists = in.byte() != 0;
  state.deleted_at = stamps.optional_time();
  if (in.byte() != 0) state.created_stamp = stamps.stamp();
  state.updated = stamps.optional_time();
  for (std::uint64_t left = in.number(); left > 0 && in.ok(); --left) {
    auto& field = state.fields[std::string(in.text())];
    field.stamp = stamps.stamp();
    field.value.text = in.text();
  }
  if (!in.done()) return Error{Errc::corrupt, "a company row does not decode"};
  return state;
}

}  // namespace rapport
