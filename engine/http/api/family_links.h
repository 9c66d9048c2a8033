// The links of merges that lead out of some partitions, and what of the same partitions is joined to them.
#pragma once

#include <optional>
#include <vector>

#include "engine/group/member_rows.h"
#include "engine/http/api/api_services.h"
#include "engine/http/api/as_of.h"

namespace rapport {

// Of the contacts that the view shows, now or as they were: the links to others, and those that join one of `contacts`,
// or one whose link leads out, to a third. Errors: storage_failed, corrupt; contacts_as_of's.
[[nodiscard]] Result<std::vector<MergeLink>> links_joined(const ApiServices& services, const View& view,
                                                          const std::optional<AsOf>& as_of,
                                                          const std::vector<ContactId>& contacts);

// Who asks members for them, and for rows (engine/group/member_rows.h).
void add_member_contact_routes(Router& router, ApiServices& services);

}  // namespace rapport
