// The compatible API's list of companies where instances of a group have them (group_numbered_page).
#pragma once

#include "engine/http/api/company_answer.h"
#include "engine/http/api/group_rows.h"

namespace rapport {

// What an owner answers: those of its partitions. Rows that it once had of others' are left out.
asio::awaitable<HttpResponse> member_companies(RequestContext& context, ApiServices& services, EqualityWhere where,
                                               CompanyShape shape);

}  // namespace rapport
