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

std::uint32_t parts_of(const TimelineRow& row) {
  std::uint32_t parts = 0;
  const auto mark = [&](bool present, Part part) { parts |= present ? part : 0u; };
  mark(row.late, kLate);
  mark(row.own_time, kOwnTime);
  mark(row.refusal != Refusal::none, kRefused);
  mark(row.expected_version.has_value(), kExpectedVersion);
  mark(row.actor.has_value(), kActor);
  mark(row.correlation_id.has_value(), kCorrelation);
  mark(row.causation_id.has_value(), kCausation);
  mark(row.identity.has_value(), kIdentity);
  mark(row.schema_version != 1, kSchemaVersion);
  mark(!row.extensions.empty(), kExtensions);
  return parts;
}

void write_extensions(RowWriter& out, const TimelineRow& row) {
  out.number(row.extensions.size());
  for (const auto& [name, value] : row.extensions) {
    out.text(name);
    out.text(value.text);
  }
}

}  // namespace

TimelineRow make_timeline_row(Event&& event, WriteStamp stamp, Timestamp recorded_at, Refusal refusal, bool late) {
  TimelineRow row;
  row.stamp = stamp;
  row.recorded_at = recorded_at;
  row.refusal = refusal;
  row.late = late;
  row.own_time = event.time.has_value();
  row.type = event.type;
  row.type_name = std::move(event.type_name);
  row.source = std::move(event.source);
  row.event_id = std::move(event.id);
  row.expected_version = event.expected_version;
  row.actor = std::move(event.actor);
  row.correlation_id = std::move(event.correlation_id);
  row.causation_id = std::move(event.causation_id);
  row.identity = std::move(event.identity);
  row.schema_version = event.schema_version;
  row.extensions = std::move(event.extensions);
  row.data = std::move(event.data);
  return row;
}

Digest timeline_row_digest(std::string_view stream_key, const TimelineRow& row) {
  thread_local std::string bytes;
  bytes.clear();
  RowWriter out(bytes);
  out.text(stream_key);
  out.time(row.stamp.time);
  out.byte(static_cast<std::uint8_t>(row.refusal));
  out.text(row.type_name);
  out.text(row.source);
  out.text(row.event_id);
  out.number(row.expected_version ? *row.expected_version + 1 : 0);
  out.text(row.correlation_id.value_or(""));
  out.text(row.causation_id.value_or(""));
  out.text(row.identity ? to_string(*row.identity) : "");
  out.number(row.schema_version);
  write_extensions(out, row);
  out.bytes(row.data);
  return hash_digest(bytes);
}

void append_timeline_row(std::string& out_bytes, const TimelineRow& row) {
  RowWriter out(out_bytes);
  const std::uint32_t parts = parts_of(row);
  out.number(parts);
  out.byte(stored_type_code(row.type));
  if (row.type == EventType::custom) out.text(row.type_name);
  out.signed_number(row.recorded_at.ms - row.stamp.time.ms);
  if (parts & kRefused) out.byte(static_cast<std::uint8_t>(row.refusal));
  if (parts & kExpectedVersion) out.number(*row.expected_version);
  if (parts & kActor) out.text(*row.actor);
  if (parts & kCorrelation) out.text(*row.correlation_id);
  if (parts & kCausation) out.text(*row.causation_id);
  if (parts & kIdentity) {
    out.text(row.identity->channel);
    out.text(row.identity->external_id);
  }
  if (parts & kSchemaVersion) out.number(row.schema_version);
  if (parts & kExtensions) write_extensions(out, row);
  out.text(row.source);
  out.text(row.event_id);
  out.bytes(row.data);
}

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
  row.recorded_at.ms = static_cast<std::int64_t>(static_cast<std::uint64_t>(stamp.time.ms) +
                                                 static_cast<std::uint64_t>(in.signed_number()));
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
