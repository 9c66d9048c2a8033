// The one table of event types: wire name, the stream it belongs to, and the newest version of its data.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace rapport {

enum class EventType : std::uint8_t {
  contact_created,
  contact_changed,
  contact_fields_changed,
  contact_tags_changed,
  contact_client_changed,
  contact_company_changed,
  contact_merged_into,
  contact_unmerged,
  contact_absorbed,
  contact_parted,
  contact_deleted,
  contact_erased,
  visit_started,
  visit_ended,
  page_viewed,
  chat_started,
  chat_message,
  case_status_changed,
  note_added,
  identity_claimed,
  identity_released,
  company_created,
  company_changed,
  company_deleted,
  log_opened,
  ids_reserved,
  tag_defined,
  tag_deleted,
  attribute_defined,
  attribute_deleted,
  key_created,
  key_revoked,
  event_parked,
  parked_retried,
  parked_discarded,
  custom,  // any other dotted name; the event carries it
};

// Whose stream an event of the type stands in.
enum class StreamKind : std::uint8_t { contact, company, identity, control, any };

struct EventTypeRow {
  EventType type;
  std::string_view name;
  StreamKind stream;
  std::uint32_t newest_schema_version;
  // Whether a publisher may send it; the others are written by the engine alone.
  bool publishable;
};

const EventTypeRow& event_type_row(EventType type);
std::span<const EventTypeRow> event_types();

// custom where the name is not one of the table's.
EventType event_type_of(std::string_view name);

// Whether `name` can be a type at all: 3..128 bytes, two or more parts of letters, digits, '_' and '-', with dots
// between.
bool is_dotted_name(std::string_view name);

}  // namespace rapport
