// Which member of a group answers which request: the one that was asked, the one that owns what it is about, or all of
// them.
//
// Invariants: a route that has no rule is answered by nobody (501), so that none is answered from a part of the rows; a
// request that was handed on once is not handed on again.
#pragma once

#include <span>
#include <string_view>

#include "engine/http/api/api_services.h"

namespace rapport {

enum class AnsweredBy : std::uint8_t {
  whoever,            // it is of the control stream, or finds its members by itself
  owner_of_contact,   // of {id}
  owner_of_root,      // of the root of the merge that {id} is in: what changes the whole is written there
  owner_of_identity,  // of {channel} and {externalId}
  owner_of_company,   // of {id}
  owner_of_record,    // of the partition in the position that {id} is
  owner_of_claim,     // a fresh id: of what the Idempotency-Key claims; else who owns anything
  owner_of_company_claim,
  all,           // asks all owners by itself
  all_or_named,  // asks all members by itself, or is answered by the one that ?member= names
  named,         // the member that ?member= names
};

struct GroupRule {
  std::string_view pattern;
  AnsweredBy answered_by;
  std::optional<HttpMethod> method = std::nullopt;  // unset: any
};

// Every rule there is.
std::span<const GroupRule> group_rules();

// Puts what the rules say before every handler. Once all routes are there.
void route_through_group(Router& router, ApiServices& services);

}  // namespace rapport
