// Merging a contact into another, and taking it back: a link on the contact that is merged, which alone decides, and a
// hint on the survivor for reads, under an id made of the link's event and at its time, so that asking again repairs it
// and hints that come out of order tell of the newest link all the same.
#pragma once

#include <string>

#include "engine/http/api/write_call.h"

namespace rapport {

// The event that a link was set or cut by, and its time in the contact's own timeline.
struct LinkCause {
  std::string event_id;
  Timestamp time;
};

// A link to be set or cut.
struct ContactLink {
  ContactId loser, survivor;
  bool set = true;
  std::optional<LinkCause> stands = {};  // it is so already, by this: only the survivor may not know it yet
  std::string conflict = {};             // why it cannot be
};

// Errors: not_found, contact_deleted, contact_erased (of the survivor: the field is "into"), invalid_argument (both are
// one), storage_failed, corrupt.
[[nodiscard]] Result<ContactLink> link_to_set(const View& view, ContactId loser, ContactId into);
[[nodiscard]] Result<ContactLink> link_to_cut(const View& view, ContactId loser);

// Writes the link's `event`, unless the link stands, then tells the survivor. Errors: WriteCall::write's; wait_timeout
// (it is written and not folded: asked again, the survivor is told).
asio::awaitable<Result<void>> write_link(WriteCall& call, ContactLink link, Event event);

// Of a request whose link was written before under the same key, whatever has become of it since: the survivor, of an
// unmerge the one that the link led to then, is told once more. Errors: write_link's.
asio::awaitable<Result<void>> repeat_link(WriteCall& call, ContactId loser, Event event);

}  // namespace rapport
