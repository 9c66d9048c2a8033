// What a merge is read from where its contacts are folded by several instances of a group: the view of who answers,
// with the rows of the others' contacts laid over it, asked of their owners link by link up to the root and hint by
// hint down to the members. All who read a merge then do so as if it were folded here.
//
// Invariants: each contact is as one view of its owner shows it, so in one answer it has one link. At most
// kLentContactsMax contacts and kLentBytesMax of rows are asked for.
#pragma once

#include <optional>
#include <vector>

#include "engine/http/api/api_services.h"
#include "engine/http/api/as_of.h"
#include "engine/http/api/lent_rows.h"

namespace rapport {

struct FamilyView {
  std::shared_ptr<const View> view;
  Lent lent;
};

// What is to be read of the merges.
struct FamilyWanted {
  std::vector<ContactId> contacts;      // any members of them
  bool states_alone = true;             // else all that is known of them
  bool level = false;                   // nothing of it may be behind what was acknowledged: a write goes by it
  std::optional<AsOf> as_of = {};       // as they were: takes all that is known
  std::optional<Positions> after = {};  // what the owners must have folded; unset: what the request says
};

// Of one contact's merge, its members' states.
FamilyWanted family_of(ContactId contact);

// Without a group the view itself. Errors: unreachable (an owner does not answer, or has another version's rows);
// wait_timeout (also: it is behind, and has to be level); too_large; those of reading.
asio::awaitable<Result<FamilyView>> family_view(RequestContext& context, ApiServices& services,
                                                std::shared_ptr<const View> view, FamilyWanted wanted);

// The route by which members ask each other for rows.
void add_member_contact_routes(Router& router, ApiServices& services);

}  // namespace rapport
