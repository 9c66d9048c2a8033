// Contacts by number, of whom one event tells something, and of whom every third is erased.
#pragma once

#include <cstdint>

#include "events/event.h"

namespace rapport {

inline ContactId contact_of(std::uint64_t number) { return ContactId{1'000 + number}; }
inline bool is_to_be_erased(std::uint64_t number) { return number % 3 == 0; }

inline Event event_of_contact(std::uint64_t number) {
  ContactChanged changed;
  changed.fields.emplace_back("note", JsonText{"\"of " + std::to_string(number) + "\""});
  return make_event("e" + std::to_string(number), "erasing", EventType::contact_fields_changed, contact_of(number),
                    Timestamp{1'767'225'600'000}, changed);
}

}  // namespace rapport
