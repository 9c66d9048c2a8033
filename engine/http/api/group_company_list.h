// The compatible API's list of companies where instances of a group have them (group_rows.h).
#pragma once

#include "engine/http/api/company_answer.h"
#include "engine/http/api/group_rows.h"

namespace rapport {

// A page of all owners' companies; only what it shows is asked for its contacts.
asio::awaitable<HttpResponse> group_companies(RequestContext& context, ApiServices& services, NumberedPage page,
                                              CompanyShape shape);
// What an owner answers: those of its partitions. Rows that it once had of others' are left out.
asio::awaitable<HttpResponse> member_companies(RequestContext& context, ApiServices& services, EqualityWhere where,
                                               CompanyShape shape);

}  // namespace rapport
