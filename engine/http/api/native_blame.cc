#include "engine/http/api/native_blame.h"

#include "engine/http/api/native_json.h"
#include "projections/contact_reader.h"

namespace rapport {
namespace {

// Why the register holds the write, or does not: the greatest time wins, equal times by place in the log. Of a merge's
// members one gives its value to the whole (docs/merging.md); `holds` says whether this is it.
std::string_view rule_of(const Blame& blame, std::size_t index, bool holds) {
  const BlamedWrite& write = blame.writes[index];
  if (index > 0) return write.lost ? "came_late" : "overridden";
  if (!holds) return "other_member";
  if (blame.write_count == 1) return "only_write";
  return blame.writes[1].stamp.time == write.stamp.time ? "last_of_one_time" : "latest_time";
}

void write_writes(JsonWriter& json, const EventLog& log, const MemberBlame& member, bool holds, bool seen) {
  const Blame& blame = member.blame;
  const Partition partition = log.partition_of(to_string(Subject{member.contact}));
  for (std::size_t i = 0; i < blame.writes.size(); ++i) {
    const BlamedWrite& write = blame.writes[i];
    json.begin_object();
    write_seen(json, "value", write.value, seen);
    json.key("contact").number(member.contact.value);
    json.key("position").string(format_position(log.id(), {partition, write.stamp.offset}));
    json.key("time").time(write.stamp.time);
    json.key("recordedAt").time(write.recorded_at);
    json.key("source").string(write.source);
    json.key("eventId").string(write.event_id);
    json.key("type").string(write.type_name);
    json.key("actor").string_or_null(write.actor);
    json.key("won").boolean(!write.lost);
    json.key("rule").string(rule_of(blame, i, holds));
    json.end_object();
  }
}

}  // namespace

void write_blame(JsonWriter& json, const EventLog& log, const MergedBlame& merged, const Sight& sight) {
  const bool seen = sight.sees_path(merged.path());
  std::uint64_t write_count = 0;
  for (const MemberBlame& member : merged.members) write_count += member.blame.write_count;
  json.begin_object();
  json.key("path").string(merged.path());
  if (!seen) json.key("masked").boolean(true);
  write_seen(json, "value", merged.members.front().blame.writes.front().value, seen);
  json.key("writeCount").number(write_count);
  json.key("writes").begin_array();
  for (const MemberBlame& member : merged.members) {
    write_writes(json, log, member, &member == &merged.members.front(), seen);
  }
  json.end_array().end_object();
}

Result<std::uint64_t> events_told(const View& view, const MergedContact& contact) {
  std::uint64_t events = contact.state.ledger.event_count();
  for (const MergeMember& member : contact.members) {
    const auto state = read_contact(view, member.id);
    if (!state) return state.error();
    if (*state) events += (*state)->ledger.event_count();
  }
  return events;
}

}  // namespace rapport
