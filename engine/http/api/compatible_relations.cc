#include "engine/http/api/compatible_relations.h"

#include "engine/http/api/compatible_case.h"
#include "projections/timeline_reader.h"
#include "projections/visit_case_reader.h"

namespace rapport {
namespace {

void write_timeline_row(JsonWriter& json, ContactId contact, const TimelineRow& row, const Sight& sight) {
  json.begin_object();
  json.key("id").number(row.stamp.offset.value);
  json.key("objectType").string(compatible_object_type(row));
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

void write_compatible_visit(JsonWriter& json, ContactId contact, const ListedVisit& listed, const Sight& sight) {
  json.begin_object();
  write_label(json.key("id"), listed.id);
  json.key("contactId").number(contact.value);
  json.key("title").string_or_null(sight.text(listed.details.title));
  json.key("url").string_or_null(sight.url(listed.details.url));
  json.key("source").string_or_null(listed.details.source);
  json.key("dateCreated").time_or_null(listed.visit.first_time);
  json.end_object();
}

std::string_view compatible_object_type(const TimelineRow& row) {
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

Result<void> write_compatible_visits(JsonWriter& json, const View& view, ContactId contact, const Sight& sight) {
  return write_all(json, list_visits(view, contact, kRelationRowsMax),
                   [&](const ListedVisit& visit) { write_compatible_visit(json, contact, visit, sight); });
}

Result<void> write_compatible_cases(JsonWriter& json, const View& view, ContactId contact, const Sight& sight) {
  return write_all(json, list_cases(view, contact, kRelationRowsMax), [&](const ListedCase& listed) {
    begin_compatible_case(json, contact, listed, {}, sight);
    json.end_object();
  });
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
