// What of companies and their contacts a member of a group has no rows of: a contact and its company may stand in
// partitions of two. Whoever shows one asks the owners for the other, once for all that a page shows.
#pragma once

#include <vector>

#include "engine/http/api/api_services.h"
#include "engine/http/api/company_answer.h"
#include "engine/http/api/compatible_json.h"

namespace rapport {

// Puts into the shape those companies that it shows and that are not folded here. Errors: unreachable, and what a
// member answers.
asio::awaitable<Result<void>> find_companies(RequestContext& context, ApiServices& services,
                                             const std::vector<std::optional<CompanyId>>& companies,
                                             CompatibleShape& shape);
// Puts into the shape the companies' contacts, where it shows them. Errors: the same.
asio::awaitable<Result<void>> find_company_contacts(RequestContext& context, ApiServices& services,
                                                    const std::vector<CompanyId>& companies, CompanyShape& shape);

// Whether a member asks for either; and what it is answered.
bool names_companies(const HttpRequest& request);
asio::awaitable<HttpResponse> companies_asked_for(RequestContext& context, ApiServices& services);
asio::awaitable<HttpResponse> company_contacts_asked_for(RequestContext& context, ApiServices& services);

}  // namespace rapport
