#include "tests/projections/told.h"

namespace rapport {

std::string difference(const Told& expected, const Told& actual) {
  std::string out;
  for (const auto& [fact, value] : expected) {
    const auto found = actual.find(fact);
    if (found == actual.end()) {
      out += fact + ": should be " + value + "; is missing\n";
    } else if (found->second != value) {
      out += fact + ": should be " + value + "; is " + found->second + "\n";
    }
  }
  for (const auto& [fact, value] : actual) {
    if (!expected.contains(fact)) out += fact + ": should not be; is " + value + "\n";
  }
  return out;
}

std::string told_time(std::optional<Timestamp> time) { return time ? format_timestamp(*time) : "never"; }

std::string told_stamp(Timestamp time, Offset offset) {
  return format_timestamp(time) + "/" + std::to_string(offset.value);
}

std::string told_row(const TimelineRow& row) {
  std::string out = row.type_name + " " + row.source + " " + row.event_id + " recorded " + told_time(row.recorded_at);
  out += row.late ? " late" : "";
  out += row.own_time ? " own-time" : "";
  if (row.refusal != Refusal::none) out += " refused " + std::string(errc_name(refusal_errc(row.refusal)));
  if (row.expected_version) out += " expected " + std::to_string(*row.expected_version);
  if (row.actor) out += " actor " + *row.actor;
  if (row.correlation_id) out += " correlation " + *row.correlation_id;
  if (row.causation_id) out += " causation " + *row.causation_id;
  if (row.identity) out += " under " + to_string(*row.identity);
  if (row.schema_version != 1) out += " schema " + std::to_string(row.schema_version);
  for (const auto& [name, value] : row.extensions) out += " " + name + "=" + value.text;
  return out + " " + row.data;
}

std::string told_payload(EventType type, Payload payload) {
  return make_event("id", "source", type, ControlSubject{}, std::nullopt, std::move(payload)).data;
}

}  // namespace rapport
