#include "engine/http/api/compatible_relations.h"

#include "projections/timeline_reader.h"
#include "projections/visit_case_reader.h"

namespace rapport {
namespace {

std::optional<Timestamp> time_of(WriteStamp stamp) {
  return stamp == WriteStamp{} ? std::nullopt : std::optional(stamp.time);
}

void write_visit(JsonWriter& json, ContactId contact, const ListedVisit& listed, const Sight& sight) {
  json.begin_object();
  json.key("id").string(listed.id);
  json.key("contactId").number(contact.value);
  json.key("title").string_or_null(sight.text(listed.details.title));
  json.key("url").string_or_null(sight.url(listed.details.url));
  json.key("source").string_or_null(listed.details.source);
  json.key("dateCreated").time_or_null(listed.visit.first_time);
  json.end_object();
}

std::optional<Timestamp> since(const Case& support_case, CaseStatus status) {
  return time_of(support_case.status_since[static_cast<std::size_t>(status)]);
}

// A chat that nobody has queued waits from its start.
std::optional<Timestamp> queued_at(const Case& support_case) {
  const auto queued = since(support_case, CaseStatus::queued);
  return queued ? queued : time_of(support_case.started);
}

void write_wait_time(JsonWriter& json, const Case& support_case) {
  const auto queued = queued_at(support_case), active = since(support_case, CaseStatus::active);
  queued&& active&&* queued <= *active ? json.number((active->ms - queued->ms) / 1000) : json.null();
}

// What Rapport does not keep (queues, threads, parents) is null.
void write_case(JsonWriter& json, ContactId contact, const ListedCase& listed, const Sight& sight) {
  const ChatStarted started = listed.started.value_or(ChatStarted{});
  const Case& support_case = listed.support_case;
  const bool closed = support_case.status() == CaseStatus::closed;
  json.begin_object();
  json.key("id").string(listed.id);
  json.key("contactId").number(contact.value);
  json.key("closedBy").string_or_null(closed ? listed.agent_id : std::nullopt);
  json.key("visitId").string_or_null(started.visit_id);
  json.key("title").string_or_null(sight.text(started.title));
  json.key("description").string_or_null(sight.text(started.description));
  json.key("channel").string_or_null(listed.started ? std::optional(started.channel) : std::nullopt);
  json.key("status").string(kCaseStatusNames[static_cast<std::size_t>(support_case.status())]);
  json.key("closingState").string_or_null(listed.closing_state);
  json.key("dateQueue").time_or_null(queued_at(support_case));
  json.key("datePending").time_or_null(since(support_case, CaseStatus::pending));
  json.key("dateActive").time_or_null(since(support_case, CaseStatus::active));
  json.key("dateClosed").time_or_null(since(support_case, CaseStatus::closed));
  for (const auto* name : {"queueId", "queueOrder", "parentId"}) json.key(name).null();
  json.key("userId").string_or_null(listed.agent_id);
  json.key("waitTime");
  write_wait_time(json, support_case);
  json.key("users").begin_array();
  if (listed.agent_id) json.string(*listed.agent_id);
  json.end_array();
  json.key("threadId").null();
  json.key("dateCreated").time_or_null(support_case.first_time);
  json.key("dateUpdated").time_or_null(support_case.last_time);
  json.end_object();
}

// What of that API's objects the event is about; its own type where it is none of them.
std::string_view object_type(const TimelineRow& row) {
  switch (row.type) {
    case EventType::visit_started:
    case EventType::visit_ended:
    case EventType::page_viewed: return "visit";
    case EventType::chat_started:
    case EventType::chat_message:
    case EventType::case_status_changed: return "case";
    case EventType::note_added: return "note";
    default: return row.type_name;
  }
}

void write_timeline_row(JsonWriter& json, ContactId contact, const TimelineRow& row, const Sight& sight) {
  json.begin_object();
  json.key("id").number(row.stamp.offset.value);
  json.key("objectType").string(object_type(row));
  json.key("contactId").number(contact.value);
  json.key("archive").string("no");
  json.key("meta").begin_object();
  json.key("type").string(row.type_name);
  json.key("source").string(row.source);
  json.key("eventId").string(row.event_id);
  json.key("outcome").string(row.refusal == Refusal::none ? "accepted" : "refused");
  json.end_object();
  const std::string data = sight.data(row.type, row.data);
  json.key("object").raw(data.empty() ? std::string_view("null") : std::string_view(data));
  json.key("dateCreated").time(row.stamp.time);
  json.key("dateUpdated").time(row.stamp.time);
  json.end_object();
}

template <class Listed, class Write>
Result<void> write_all(JsonWriter& json, const Result<std::vector<Listed>>& rows, const Write& write) {
  if (!rows) return rows.error();
  json.begin_array();
  for (const Listed& row : *rows) write(row);
  json.end_array();
  return {};
}

}  // namespace

Result<void> write_compatible_visits(JsonWriter& json, const View& view, ContactId contact, const Sight& sight) {
  return write_all(json, list_visits(view, contact, kRelationRowsMax),
                   [&](const ListedVisit& visit) { write_visit(json, contact, visit, sight); });
}

Result<void> write_compatible_cases(JsonWriter& json, const View& view, ContactId contact, const Sight& sight) {
  return write_all(json, list_cases(view, contact, kRelationRowsMax),
                   [&](const ListedCase& listed) { write_case(json, contact, listed, sight); });
}

Result<void> write_compatible_timeline(JsonWriter& json, const View& view, ContactId contact, const Sight& sight) {
  const auto page = read_timeline(view, contact, {.limit = kRelationRowsMax});
  if (!page) return page.error();
  json.begin_array();
  for (const TimelineEntry& entry : page->entries) write_timeline_row(json, contact, entry.row, sight);
  json.end_array();
  return {};
}

}  // namespace rapport
