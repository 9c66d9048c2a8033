// Contacts as rows of the compatible API's lists, in order: of one instance, or of each owner's in a group.
#pragma once

#include "engine/http/api/compatible_json.h"
#include "engine/http/api/group_rows.h"
#include "projections/contact_list.h"

namespace rapport {

// How a row notes the status of its contact's latest case.
std::string case_status_note(CaseStatus status);

// The page's contacts from `from` on. Errors: storage_failed, corrupt; invalid_argument: page_too_large().
[[nodiscard]] Result<std::vector<GroupRow>> compatible_rows(const View& view, const ContactListPage& page,
                                                            const std::optional<ContactOrder>& order,
                                                            const CompatibleShape& shape, const Sight& sight,
                                                            std::size_t from = 0);
// The order that such rows of several are put together in.
RowBefore in_order_of(const std::optional<ContactOrder>& order);

// What an owner answers, of its contacts that the query means: as many as it is asked for.
asio::awaitable<HttpResponse> member_contact_rows(RequestContext& context, ApiServices& services,
                                                  ContactListQuery query, CompatibleShape shape);
// What families have of the same list, as many as the query is of.
asio::awaitable<Result<RowsOfFamilies>> family_contact_rows(RequestContext& context, ApiServices& services,
                                                            const Families& families, ContactListQuery query,
                                                            CompatibleShape shape);

}  // namespace rapport
