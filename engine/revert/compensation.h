// The events that take others back: one for each event that holds a register, or as many as hold all that it holds, and
// what becomes of a contact that would not be there without them.
//
// Invariants: the ids are made of what is undone and of the version expected, so that the same compensation of the same
// state is the same event, and one that was refused because the contact had moved on does not stand in the next one's
// way.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "events/event.h"
#include "projections/contact_revert.h"

namespace rapport {

// What becomes of contacts that only the chosen events created.
enum class CreatedContacts : std::uint8_t { leave, archive, remove };
inline constexpr std::array<std::string_view, 3> kCreatedContactsNames{"leave", "archive", "delete"};

// What the ids of those begin with that archive or delete a contact.
inline constexpr std::string_view kArchivedIdPrefix = "archived-", kDeletedIdPrefix = "deleted-";

struct Compensation {
  std::vector<Event> events;  // on the contact, and hints for reads on those it was and is merged with
  bool removed = false;       // the contact is archived or deleted
};

// `correlation_id`: the revert's own.
Compensation compensate(ContactId contact, const ContactRevert& revert, CreatedContacts created,
                        const std::string& correlation_id);

}  // namespace rapport
