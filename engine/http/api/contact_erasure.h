// Erasing a contact with all that are merged into it, whoever folds them.
//
//   all folded here    contact.erased of each, in one batch
//   by several         from the ends of the links to the root: those into whom nobody is merged, each by its owner,
//                      and once they are erased the merge is looked at again
//
// Invariants: where several fold the merge, nobody is erased before those that are merged into it: so whatever cuts it
// off, what is left is still found from the root, and asking again does the rest. Every part may be done again.
#pragma once

#include <set>

#include "engine/http/api/write_call.h"

namespace rapport {

// A contact and its members, each with its own log.
struct Erased {
  std::optional<ContactId> merged_into = {};  // set: nothing was done, that is to be erased
  std::set<ContactId> contacts = {};
  std::uint64_t fields = 0, tags = 0, identities = 0, events = 0;
};

// In earnest or dry, as the call is. Of one that is erased already: as if it was done now. Errors: not_found;
// unreachable (an owner does not answer, or what is merged has changed meanwhile; some may be erased), wait_timeout,
// those of writing.
asio::awaitable<Result<Erased>> erase_with_merged(WriteCall& call, ContactId contact);

// The route by which members ask each other to erase what each folds.
void add_member_erasure_route(Router& router, ApiServices& services);

}  // namespace rapport
