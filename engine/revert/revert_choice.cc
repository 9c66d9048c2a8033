#include "engine/revert/revert_choice.h"

#include "engine/fold/record_decoder.h"

namespace rapport {
namespace {

constexpr std::chrono::milliseconds kReadPatience{10'000};

Error bad(const char* field, std::string detail) { return {Errc::invalid_argument, std::move(detail), field}; }

Result<ContactId> contact_at(EventLog& log, LogPosition position) {
  const std::string name = format_position(log.id(), position);
  const auto ends = log.ends();
  if (!ends) return ends.error();
  const auto end = ends->find(position.partition);
  if (end == ends->end() || position.offset > end->second || position.offset < Offset{0}) {
    return bad("events", "the log has no record at " + name);
  }
  auto reader = log.open_reader({{position.partition, Offset{position.offset.value - 1}}});
  if (!reader) return reader.error();
  RecordBatch batch;
  RAPPORT_TRY((*reader)->read({.records_max = 1, .wait_max = kReadPatience}, batch));
  for (const PartitionFault& fault : (*reader)->faults()) return fault.error;
  if (batch.empty()) return Error{Errc::log_unavailable, "no record came from " + name};
  if (batch[0].position != position) return bad("events", "the log has no record at " + name);
  const FoldRecord record = std::move(RecordDecoder(log).decode(batch).front());
  if (record.unread) return *record.unread;
  if (record.park) return bad("events", "the record at " + name + " is parked: it changed nothing");
  const auto* contact = std::get_if<ContactId>(&record.recorded.event.subject);
  if (contact == nullptr) {
    return bad("events",
               "the event at " + name + " is of " + to_string(record.recorded.event.subject) + ", no contact's");
  }
  return *contact;
}

}  // namespace

Result<void> check_selection(const RevertSelection& selection) {
  const int given = static_cast<int>(!selection.events.empty()) + static_cast<int>(selection.source.has_value()) +
                    static_cast<int>(selection.source_prefix.has_value()) +
                    static_cast<int>(selection.correlation_id.has_value());
  if (given != 1) {
    return bad("source", "one of events, source, sourcePrefix and correlationId says what is taken back; " +
                             std::to_string(given) + " are given");
  }
  if (selection.events.size() > kRevertEventsMax) {
    return bad("events", "are at most " + std::to_string(kRevertEventsMax));
  }
  if (!selection.events.empty() && selection.since) return bad("since", "has no meaning for events by position");
  if (selection.source && selection.source->empty()) return bad("source", "is empty");
  // It would be every event there is.
  if (selection.source_prefix && selection.source_prefix->empty()) return bad("sourcePrefix", "is empty");
  if (selection.correlation_id && selection.correlation_id->empty()) return bad("correlationId", "is empty");
  return {};
}

RevertChoice choice_of(const RevertSelection& selection) {
  return [&selection](const TimelineRow& row) {
    if (selection.since && row.recorded_at < *selection.since) return false;
    if (selection.source) return row.source == *selection.source;
    if (selection.source_prefix) return row.source.starts_with(*selection.source_prefix);
    return row.correlation_id == selection.correlation_id;
  };
}

Result<std::map<ContactId, std::set<Offset>>> find_events(EventLog& log, const std::vector<LogPosition>& events) {
  std::map<ContactId, std::set<Offset>> out;
  for (const LogPosition& position : events) {
    const auto contact = contact_at(log, position);
    if (!contact) return contact.error();
    out[*contact].insert(position.offset);
  }
  return out;
}

}  // namespace rapport
