// A list of contacts that several members of a group have: every owner is asked for its partitions, and their pages are
// merged.
//
//   the one that is asked: divides ALL partitions among their owners, and merges  (group_list)
//   each owner:            answers for exactly those that it is asked for          (member_page)
//
//   cursor = base64url of {"total":n,"position":P,"members":[[address, "0,3,5", the member's own cursor]],
//                          "families":{"after":1042 or null,"moments":[[address, "0,3,5", moment]]}}
//   member's page =
//   {"rows":[{"id":1042,"key":base64url,"item":"{...}"}],"more":false,"cursor":"...","total":n,"position":P,
//    "cost":{"index":"tags",...}}
//
// Where a merge leads from one's partitions to another's, what is joined so is judged here (group_families.h), and is
// the list's further part: "families", while not all of it has been shown.
//
// Invariants: the partitions asked for are disjoint and cover the log, so no contact is shown twice and the totals add
// up; where one owner does not answer, there is no list.
#pragma once

#include "engine/http/api/contact_list_request.h"

namespace rapport {

asio::awaitable<HttpResponse> group_list(RequestContext& context, ApiServices& services, std::size_t limit_default);

HttpResponse member_page(ApiServices& services, const ContactListCall& call, const ContactListPage& page,
                         const Sight& sight);

}  // namespace rapport
