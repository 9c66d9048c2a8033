#include "events/event_type.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace rapport {
namespace {

using enum EventType;
using enum StreamKind;

constexpr std::array kEventTypes{
    EventTypeRow{contact_created, "contact.created", contact, 1, true},
    EventTypeRow{contact_changed, "contact.changed", contact, 1, true},
    EventTypeRow{contact_fields_changed, "contact.fields.changed", contact, 1, true},
    EventTypeRow{contact_tags_changed, "contact.tags.changed", contact, 1, true},
    EventTypeRow{contact_client_changed, "contact.client.changed", contact, 1, true},
    EventTypeRow{contact_company_changed, "contact.company.changed", contact, 1, true},
    EventTypeRow{contact_merged_into, "contact.merged_into", contact, 1, true},
    EventTypeRow{contact_unmerged, "contact.unmerged", contact, 1, true},
    EventTypeRow{contact_absorbed, "contact.absorbed", contact, 1, false},
    EventTypeRow{contact_parted, "contact.parted", contact, 1, false},
    EventTypeRow{contact_deleted, "contact.deleted", contact, 1, true},
    EventTypeRow{contact_erased, "contact.erased", contact, 1, false},
    EventTypeRow{visit_started, "visit.started", contact, 1, true},
    EventTypeRow{visit_ended, "visit.ended", contact, 1, true},
    EventTypeRow{page_viewed, "page.viewed", contact, 1, true},
    EventTypeRow{chat_started, "chat.started", contact, 1, true},
    EventTypeRow{chat_message, "chat.message", contact, 2, true},
    EventTypeRow{case_status_changed, "case.status.changed", contact, 1, true},
    EventTypeRow{note_added, "note.added", contact, 1, true},
    EventTypeRow{identity_claimed, "identity.claimed", identity, 1, false},
    EventTypeRow{identity_released, "identity.released", identity, 1, false},
    EventTypeRow{company_created, "company.created", company, 1, true},
    EventTypeRow{company_changed, "company.changed", company, 1, true},
    EventTypeRow{company_deleted, "company.deleted", company, 1, true},
    EventTypeRow{log_opened, "log.opened", control, 1, false},
    EventTypeRow{ids_reserved, "ids.reserved", control, 1, false},
    EventTypeRow{tag_defined, "tag.defined", control, 1, false},
    EventTypeRow{tag_deleted, "tag.deleted", control, 1, false},
    EventTypeRow{attribute_defined, "attribute.defined", control, 1, false},
    EventTypeRow{attribute_deleted, "attribute.deleted", control, 1, false},
    EventTypeRow{key_created, "key.created", control, 1, false},
    EventTypeRow{key_revoked, "key.revoked", control, 1, false},
    EventTypeRow{event_parked, "event.parked", control, 1, false},
    EventTypeRow{parked_retried, "parked.retried", control, 1, false},
    EventTypeRow{parked_discarded, "parked.discarded", control, 1, false},
    EventTypeRow{custom, "", any, 1, true},
};

consteval bool table_is_in_order() {
  for (std::size_t i = 0; i < kEventTypes.size(); ++i) {
    if (static_cast<std::size_t>(kEventTypes[i].type) != i) return false;
  }
  return kEventTypes.size() == static_cast<std::size_t>(custom) + 1;
}
static_assert(table_is_in_order(), "kEventTypes is indexed by EventType");

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

}  // namespace

const EventTypeRow& event_type_row(EventType type) { return kEventTypes[static_cast<std::size_t>(type)]; }

std::span<const EventTypeRow> event_types() { return kEventTypes; }

EventType event_type_of(std::string_view name) {
  static const auto* const kByName = [] {
    auto* by_name = new std::unordered_map<std::string_view, EventType>;
    for (const auto& row : kEventTypes) by_name->emplace(row.name, row.type);
    return by_name;
  }();
  const auto it = kByName->find(name);
  return it == kByName->end() ? custom : it->second;
}

bool is_dotted_name(std::string_view name) {
  constexpr std::size_t kNameSizeMax = 128;
  if (name.size() < 3 || name.size() > kNameSizeMax || name.front() == '.' || name.back() == '.') return false;
  bool dotted = false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '.') {
      if (name[i - 1] == '.') return false;
      dotted = true;
    } else if (!is_name_char(name[i])) {
      return false;
    }
  }
  return dotted;
}

}  // namespace rapport
