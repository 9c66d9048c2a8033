#include "engine/http/api/compatible_case.h"

namespace rapport {
namespace {

std::optional<Timestamp> time_of(WriteStamp stamp) {
  return stamp == WriteStamp{} ? std::nullopt : std::optional(stamp.time);
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
  const bool known = queued && active && *queued <= *active;
  known ? json.number((active->ms - queued->ms) / 1000) : json.null();
}

// The agent who has it, as the one user of the case.
void write_users(JsonWriter& json, const ListedCase& listed, bool closed) {
  json.begin_array();
  if (listed.agent_id) {
    json.begin_object().key("caseId");
    write_label(json, listed.id);
    json.key("type").string("user").key("userId");
    write_label(json, *listed.agent_id);
    json.key("role").string("owner").key("status").string("active");
    json.key("dateCreated").time_or_null(time_of(listed.support_case.agent));
    json.key("dateLastAssigned").time_or_null(time_of(listed.support_case.agent));
    json.key("closed").string(closed ? "yes" : "no");
    json.end_object();
  }
  json.end_array();
}

}  // namespace

void write_label(JsonWriter& json, std::string_view label) {
  const auto id = parse_id(label);
  id ? json.number(*id) : json.string(label);
}

void write_label_or_null(JsonWriter& json, const std::optional<std::string>& label) {
  if (label) return write_label(json, *label);
  json.null();
}

// What Rapport does not keep (queues, threads, parents) is null.
void begin_compatible_case(JsonWriter& json, ContactId contact, const ListedCase& listed, const NameSet& select,
                           const Sight& sight) {
  const ChatStarted started = listed.started.value_or(ChatStarted{});
  const Case& support_case = listed.support_case;
  const bool closed = support_case.status() == CaseStatus::closed;
  const auto shows = [&](std::string_view column) { return select.empty() || select.contains(column); };
  json.begin_object().key("id");
  write_label(json, listed.id);
  if (shows("contactId")) json.key("contactId").number(contact.value);
  if (shows("closedBy")) write_label_or_null(json.key("closedBy"), closed ? listed.agent_id : std::nullopt);
  if (shows("visitId")) write_label_or_null(json.key("visitId"), started.visit_id);
  if (shows("title")) json.key("title").string_or_null(sight.text(started.title));
  if (shows("description")) json.key("description").string_or_null(sight.text(started.description));
  if (shows("channel")) {
    json.key("channel").string_or_null(listed.started ? std::optional(started.channel) : std::nullopt);
  }
  if (shows("status")) json.key("status").string(kCaseStatusNames[static_cast<std::size_t>(support_case.status())]);
  if (shows("closingState")) json.key("closingState").string_or_null(listed.closing_state);
  if (shows("dateQueue")) json.key("dateQueue").time_or_null(queued_at(support_case));
  if (shows("datePending")) json.key("datePending").time_or_null(since(support_case, CaseStatus::pending));
  if (shows("dateActive")) json.key("dateActive").time_or_null(since(support_case, CaseStatus::active));
  if (shows("dateClosed")) json.key("dateClosed").time_or_null(since(support_case, CaseStatus::closed));
  for (const auto* name : {"queueId", "queueOrder", "parentId"}) {
    if (shows(name)) json.key(name).null();
  }
  if (shows("userId")) write_label_or_null(json.key("userId"), listed.agent_id);
  if (shows("waitTime")) write_wait_time(json.key("waitTime"), support_case);
  if (shows("users")) write_users(json.key("users"), listed, closed);
  json.key("threadId").null();
  if (shows("dateCreated")) json.key("dateCreated").time_or_null(support_case.first_time);
  if (shows("dateUpdated")) json.key("dateUpdated").time_or_null(support_case.last_time);
}

}  // namespace rapport
