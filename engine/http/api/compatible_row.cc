#include "engine/http/api/compatible_row.h"

#include "engine/http/api/compatible_case.h"
#include "engine/http/api/compatible_relations.h"
#include "projections/timeline_reader.h"

namespace rapport {
namespace {

// What that API's timeline consists of: cases and notes, not changes and visits.
const std::vector<std::string> kObjectTypes{"chat.started", "chat.message", "case.status.changed", "note.added"};

constexpr std::size_t kCasesLookedAt = 20;  // newest first: for the channels that a row names

// "2020-09-09 10:02:04"
std::string plain_time(Timestamp time) {
  std::string text = format_timestamp(time).substr(0, std::string_view("2020-09-09T10:02:04").size());
  text[text.find('T')] = ' ';
  return text;
}

bool is_blocked(const ContactState& state) {
  const auto& block = state.blocked.value;
  return block && (!block->until || now_wall_clock() < *block->until);
}

struct ListRow {
  JsonWriter& json;
  const CompatibleShape& shape;
  const Sight& sight;

  // The writer for the column's value, where it is shown.
  JsonWriter* column(std::string_view name) const { return shape.shows(name) ? &json.key(name) : nullptr; }
  void text(std::string_view name, const std::optional<std::string>& value) const {
    if (auto* out = column(name)) out->string_or_null(value);
  }
  void number(std::string_view name, std::uint64_t value) const {
    if (auto* out = column(name)) out->number(value);
  }
};

// `any`: whether the contact has such an event. One that has none is gone through whole to find it.
Result<void> write_latest(const ListRow& row, const View& view, ContactId id, bool any) {
  const bool shown = row.shape.shows("latestTimelineId") || row.shape.shows("latestObjectType");
  std::optional<std::string> latest_id, latest_type;
  if (any && shown) {
    const auto timeline = read_timeline(view, id, {.limit = 1, .types = kObjectTypes});
    if (!timeline) return timeline.error();
    if (!timeline->entries.empty()) {
      const TimelineRow& latest = timeline->entries.front().row;
      latest_id = std::to_string(latest.stamp.offset.value);
      latest_type = compatible_object_type(latest);
    }
  }
  row.text("latestTimelineId", latest_id);
  row.text("latestObjectType", latest_type);
  return {};
}

void write_agents(JsonWriter& json, const std::optional<std::string>& agent) {
  json.begin_array();
  if (agent) {
    json.begin_object().key("id");
    write_label(json, *agent);
    json.end_object();
  }
  json.end_array();
}

// Of the case that something happened to last.
Result<std::optional<CaseStatus>> write_latest_case(const ListRow& row, const View& view, ContactId id) {
  const auto cases = list_cases(view, id, kCasesLookedAt);
  if (!cases) return cases.error();
  const ListedCase* latest = cases->empty() ? nullptr : &cases->front();
  const ChatStarted started = latest ? latest->started.value_or(ChatStarted{}) : ChatStarted{};
  const auto channel = latest && latest->started ? std::optional(started.channel) : std::nullopt;
  row.text("caseId", latest ? std::optional(latest->id) : std::nullopt);
  row.text("title", row.sight.text(started.title));
  row.text("description", row.sight.text(started.description));
  row.text("channel", channel);
  row.text("lastInteractionType", channel);
  row.text("status",
           latest
               ? std::optional(std::string(kCaseStatusNames[static_cast<std::size_t>(latest->support_case.status())]))
               : std::nullopt);
  if (auto* out = row.column("caseDateUpdated")) {
    out->time_or_null(latest ? latest->support_case.last_time : std::nullopt);
  }
  if (auto* out = row.column("agentList")) write_agents(*out, latest ? latest->agent_id : std::nullopt);
  if (auto* out = row.column("channels")) {
    NameSet channels;
    for (const ListedCase& one : *cases) {
      if (one.started) channels.insert(one.started->channel);
    }
    out->begin_array();
    for (const std::string& name : channels) out->string(name);
    out->end_array();
  }
  return latest ? std::optional(latest->support_case.status()) : std::nullopt;
}

Result<void> write_visit_ends(const ListRow& row, const View& view, ContactId id) {
  if (!row.shape.shows("firstVisit") && !row.shape.shows("lastVisit")) return {};
  const auto ends = read_visit_ends(view, id);
  if (!ends) return ends.error();
  const auto write = [&](std::string_view name, const std::optional<ListedVisit>& visit) {
    auto* out = row.column(name);
    if (out == nullptr) return;
    if (visit) return write_compatible_visit(*out, id, *visit, row.sight);
    out->null();
  };
  write("firstVisit", ends->first);
  write("lastVisit", ends->last);
  return {};
}

}  // namespace

CompatibleShape row_shape_of(CompatibleShape shape) {
  if (shape.relations.empty() && shape.select.empty()) shape.relations = {"company", "fields", "tags"};
  return shape;
}

Result<std::optional<CaseStatus>> write_compatible_row(JsonWriter& json, const View& view, ContactId id,
                                                       const ContactState& state, const CompatibleShape& shape,
                                                       const Sight& sight) {
  RAPPORT_TRY(begin_compatible_contact(json, view, id, state, shape, sight));
  const ListRow row{json, shape, sight};
  const std::uint64_t notes = state.ledger.accepted_count(EventType::note_added);
  RAPPORT_TRY(write_latest(row, view, id, state.cases + notes > 0));
  const auto status = write_latest_case(row, view, id);
  if (!status) return status.error();
  RAPPORT_TRY(write_visit_ends(row, view, id));
  row.number("totalTimeline", state.cases + notes);
  row.number("totalNotes", notes);
  row.number("totalCase", state.cases);
  if (auto* out = row.column("contactCompanyCount")) state.company.value ? out->number(std::uint64_t{1}) : out->null();
  row.text("lastDateUpdated", plain_time(state.updated.value_or(state.date_created())));
  row.text("isBlocked", is_blocked(state) ? "YES" : "NO");
  json.end_object();
  return status;
}

}  // namespace rapport
