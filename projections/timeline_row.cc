#include "projections/timeline_row.h"

#include "projections/ledger_row.h"
#include "projections/row_bytes.h"

namespace rapport {
namespace {

enum Part : std::uint32_t {
  kLate = 1u << 0,
  kOwnTime = 1u << 1,
  kRefused = 1u << 2,
  kExpectedVersion = 1u << 3,
  kActor = 1u << 4,
  kCorrelation = 1u << 5,
  kCausation = 1u << 6,
  kIdentity = 1u << 7,
  kSchemaVersion = 1u << 8,
  kExtensions = 1u << 9,
};

// An event and a row say the same, in members of the same names but for these two.
const std::string& id_of(const Event& event) { return event.id; }
const std::string& id_of(const TimelineRow& row) { return row.event_id; }
bool has_own_time(const Event& event) { return event.time.has_value(); }
bool has_own_time(const TimelineRow& row) { return row.own_time; }

TimelinePlace place_of(const TimelineRow& row) { return {row.stamp, row.recorded_at, row.refusal, row.late}; }

template <class Said>
std::uint32_t parts_of(const Said& said, const TimelinePlace& place) {
  std::uint32_t parts = 0;
  const auto mark = [&](bool present, Part part) { parts |= present ? part : 0u; };
  mark(place.late, kLate);
  mark(has_own_time(said), kOwnTime);
  mark(place.refusal != Refusal::none, kRefused);
  mark(said.expected_version.has_value(), kExpectedVersion);
  mark(said.actor.has_value(), kActor);
  mark(said.correlation_id.has_value(), kCorrelation);
  mark(said.causation_id.has_value(), kCausation);
  mark(said.identity.has_value(), kIdentity);
  mark(said.schema_version != 1, kSchemaVersion);
  mark(!said.extensions.empty(), kExtensions);
  return parts;
}

template <class Said>
void write_extensions(RowWriter& out, const Said& said) {
  out.number(said.extensions.size());
  for (const auto& [name, value] : said.extensions) {
    out.text(name);
    out.text(value.text);
  }
}

std::string_view text_or_nothing(const std::optional<std::string>& text) { return text ? *text : std::string_view(); }

template <class Said>
Digest digest_of(std::string_view stream_key, const Said& said, const TimelinePlace& place) {
  thread_local std::string bytes;
  bytes.clear();
  RowWriter out(bytes);
  out.text(stream_key);
  out.time(place.stamp.time);
  out.byte(static_cast<std::uint8_t>(place.refusal));
  out.text(said.type_name);
  out.text(said.source);
  out.text(id_of(said));
  out.number(said.expected_version ? *said.expected_version + 1 : 0);
  out.text(text_or_nothing(said.correlation_id));
  out.text(text_or_nothing(said.causation_id));
  out.text(said.identity ? to_string(*said.identity) : "");
  out.number(said.schema_version);
  write_extensions(out, said);
  out.bytes(said.data);
  return hash_digest(bytes);
}

template <class Said>
void write_row(RowWriter out, const Said& said, const TimelinePlace& place) {
  const std::uint32_t parts = parts_of(said, place);
  out.number(parts);
  out.byte(stored_type_code(said.type));
  if (said.type == EventType::custom) out.text(said.type_name);
  out.signed_number(ms_between(place.stamp.time, place.recorded_at));
  if (parts & kRefused) out.byte(static_cast<std::uint8_t>(place.refusal));
  if (parts & kExpectedVersion) out.number(*said.expected_version);
  if (parts & kActor) out.text(*said.actor);
  if (parts & kCorrelation) out.text(*said.correlation_id);
  if (parts & kCausation) out.text(*said.causation_id);
  if (parts & kIdentity) {
    out.text(said.identity->channel);
    out.text(said.identity->external_id);
  }
  if (parts & kSchemaVersion) out.number(said.schema_version);
  if (parts & kExtensions) write_extensions(out, said);
  out.text(said.source);
  out.text(id_of(said));
  out.bytes(said.data);
}

}  // namespace

Digest timeline_row_digest(std::string_view stream_key, const Event& event, const TimelinePlace& place) {
  return digest_of(stream_key, event, place);
}
Digest timeline_row_digest(std::string_view stream_key, const TimelineRow& row) {
  return digest_of(stream_key, row, place_of(row));
}

void append_timeline_row(std::string& out, const Event& event, const TimelinePlace& place) {
  write_row(RowWriter(out), event, place);
}
void append_timeline_row(std::string& out, const TimelineRow& row) { write_row(RowWriter(out), row, place_of(row)); }

Result<TimelineRow> decode_timeline_row(WriteStamp stamp, std::string_view value) {
  RowReader in(value);
  TimelineRow row;
  row.stamp = stamp;
  const std::uint64_t parts = in.number();
  const auto type = type_of_stored_code(in.byte());
  if (!type) in.damage();
  row.type = type.value_or(EventType::custom);
  row.type_name = row.type == EventType::custom ? in.text() : event_type_row(row.type).name;
  row.late = parts & kLate;
  row.own_time = parts & kOwnTime;
  row.recorded_at = time_after(stamp.time, in.signed_number());
  if (parts & kRefused) {
    const std::uint8_t refusal = in.byte();
    if (refusal > kRefusalLast) in.damage();
    row.refusal = static_cast<Refusal>(refusal);
  }
  if (parts & kExpectedVersion) row.expected_version = in.number();
  if (parts & kActor) row.actor = in.text();
  if (parts & kCorrelation) row.correlation_id = in.text();
  if (parts & kCausation) row.causation_id = in.text();
  if (parts & kIdentity) {
    row.identity.emplace();
    row.identity->channel = in.text();
    row.identity->external_id = in.text();
  }
  if (parts & kSchemaVersion) row.schema_version = static_cast<std::uint32_t>(in.number());
  if (parts & kExtensions) {
    for (std::uint64_t left = in.number(); left > 0 && in.ok(); --left) {
      std::string name(in.text());
      row.extensions.emplace_back(std::move(name), JsonText{std::string(in.text())});
    }
  }
  row.source = in.text();
  row.event_id = in.text();
  row.data = in.rest();
  if (!in.ok()) return Error{Errc::corrupt, "a timeline row does not decode"};
  return row;
}

}  // namespace rapport
