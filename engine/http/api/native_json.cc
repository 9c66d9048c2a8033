#include "engine/http/api/native_json.h"

#include <algorithm>

#include "projections/outcome.h"
#include "projections/register_writes.h"

namespace rapport {
namespace {

void write_fields(JsonWriter& json, const ContactState& state, const Sight& sight) {
  json.begin_object();
  for (const auto& [key, written] : state.fields) {
    if (!is_null(written.value) && sight.sees_field(key)) json.key(key).raw(written.value);
  }
  json.end_object();
}

std::string path_of(ClientAttribute attribute) {
  return std::string("client.").append(kClientAttributeNames[static_cast<std::size_t>(attribute)]);
}

void write_client(JsonWriter& json, const ContactState& state, const Sight& sight) {
  json.begin_object();
  for (const auto& [attribute, written] : state.client) {
    if (is_null(written.value) || !sight.sees_path(path_of(attribute))) continue;
    json.key(kClientAttributeNames[static_cast<std::size_t>(attribute)]).raw(written.value);
  }
  json.end_object();
}

void write_tags(JsonWriter& json, const ContactState& state) {
  json.begin_array();
  for (const auto& [tag, written] : state.tags) {
    if (written.value) json.string(tag);
  }
  json.end_array();
}

void write_identities(JsonWriter& json, const ContactState& state, const Sight& sight) {
  json.begin_array();
  for (const Identity& identity : state.identities) {
    json.begin_object().key("channel").string(identity.channel);
    json.key("externalId").string_or_null(sight.text(identity.external_id)).end_object();
  }
  json.end_array();
}

void write_counters(JsonWriter& json, const ContactState& state) {
  json.begin_object();
  json.key("events").number(state.ledger.accepted_count());
  json.key("visits").number(std::uint64_t{state.visits});
  json.key("chats").number(std::uint64_t{state.cases});
  json.key("messages").number(std::uint64_t{state.ledger.accepted_count(EventType::chat_message)});
  json.key("openCases").number(std::uint64_t{state.open_cases});
  json.end_object();
}

// What is there and not shown.
void write_masked(JsonWriter& json, const ContactState& state, const Sight& sight) {
  if (sight.sees_personal()) return;
  json.key("masked").begin_array();
  for (const auto& [key, written] : state.fields) {
    if (!is_null(written.value) && !sight.sees_field(key)) json.string("fields." + key);
  }
  for (const auto& [attribute, written] : state.client) {
    if (!is_null(written.value) && !sight.sees_path(path_of(attribute))) json.string(path_of(attribute));
  }
  if (!state.identities.empty()) json.string("identities");
  json.end_array();
}

// All but what its members and their values are, and the end.
void begin_contact(JsonWriter& json, ContactId id, std::uint64_t version, const ContactState& state,
                   const Sight& sight) {
  json.begin_object();
  json.key("id").number(id.value);
  json.key("version").number(version);
  json.key("status").string(state.archived.value ? "archived" : "active");
  json.key("dateCreated").time(state.date_created());
  json.key("dateUpdated").time_or_null(state.updated);
  json.key("firstSeen").time_or_null(state.first_seen);
  json.key("lastSeen").time_or_null(state.last_seen);
  json.key("fields");
  write_fields(json, state, sight);
  json.key("client");
  write_client(json, state, sight);
  json.key("tags");
  write_tags(json, state);
  json.key("companyId");
  state.company.value ? json.number(state.company.value->value) : json.null();
  json.key("blocked").raw(block_json(state.blocked.value));
  json.key("identities");
  write_identities(json, state, sight);
  json.key("mergedInto");
  state.merged_into.value ? json.number(state.merged_into.value->value) : json.null();
  json.key("counters");
  write_counters(json, state);
  write_masked(json, state, sight);
}

// Their keys are those of fields, client attributes and "companyId".
bool sees_alternate(const Sight& sight, const std::string& key) {
  const bool client =
      std::find(kClientAttributeNames.begin(), kClientAttributeNames.end(), key) != kClientAttributeNames.end();
  return key == "companyId" || (client ? sight.sees_path("client." + key) : sight.sees_field(key));
}

void write_alternates(JsonWriter& json, const MergedContact& contact, const Sight& sight) {
  json.begin_object();
  for (const auto& [key, values] : contact.alternates) {
    if (!sees_alternate(sight, key)) continue;
    json.key(key).begin_array();
    for (const Alternate& other : values) {
      json.begin_object().key("value").raw(other.value).key("contact").number(other.contact.value).end_object();
    }
    json.end_array();
  }
  json.end_object();
}

}  // namespace

void write_seen(JsonWriter& json, std::string_view name, const JsonText& value, bool seen) {
  seen ? json.key(name).raw(value) : json.key(name).null();
}

void write_contact(JsonWriter& json, ContactId id, const ContactState& state, const Sight& sight) {
  begin_contact(json, id, state.version(), state, sight);
  json.key("members").begin_array();
  for (const auto& [member, absorbed] : state.absorbed) {
    if (absorbed.value) json.number(member.value);
  }
  json.end_array();
  json.key("alternates").begin_object().end_object();
  json.end_object();
}

void write_contact(JsonWriter& json, const MergedContact& contact, const Sight& sight) {
  begin_contact(json, contact.root, contact.version, contact.state, sight);
  json.key("members").begin_array();
  for (const MergeMember& member : contact.members) json.number(member.id.value);
  json.end_array();
  json.key("alternates");
  write_alternates(json, contact, sight);
  json.end_object();
}

void write_gone_contact(JsonWriter& json, ContactId id, const ContactState& state) {
  json.begin_object();
  json.key("id").number(id.value);
  json.key("status").string(state.gone == Gone::erased ? "erased" : "deleted");
  json.key("version").number(state.version());
  json.key("when").time(state.gone_at);
  json.end_object();
}

void write_timeline_entry(JsonWriter& json, ContactId contact, LogId log, Partition partition,
                          const TimelineEntry& entry, const Sight& sight) {
  const TimelineRow& row = entry.row;
  json.begin_object();
  json.key("position").string(format_position(log, {partition, row.stamp.offset}));
  json.key("time").time(row.stamp.time);
  json.key("recordedAt").time(row.recorded_at);
  json.key("contact").number(contact.value);
  json.key("source").string(row.source);
  json.key("eventId").string(row.event_id);
  json.key("type").string(row.type_name);
  json.key("actor").string_or_null(row.actor);
  if (row.correlation_id) json.key("correlationId").string(*row.correlation_id);
  if (row.causation_id) json.key("causationId").string(*row.causation_id);
  json.key("outcome").string(row.refusal == Refusal::none ? "accepted" : "refused");
  if (row.refusal != Refusal::none) json.key("reason").string(errc_name(refusal_errc(row.refusal)));
  json.key("changes").begin_array();
  for (const TimelineChange& change : entry.changes) {
    json.begin_object();
    const bool seen = sight.sees_path(change.path);
    json.key("path").string(change.path);
    write_seen(json, "old", change.old_value, seen);
    write_seen(json, "new", change.new_value, seen);
    json.key("won").boolean(change.won);
    if (!seen) json.key("masked").boolean(true);
    json.end_object();
  }
  json.end_array();
  const std::string data = sight.data(row.type, row.data);
  json.key("data").raw(data.empty() ? std::string_view("null") : std::string_view(data));
  json.end_object();
}

}  // namespace rapport
