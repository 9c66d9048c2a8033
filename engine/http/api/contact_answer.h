// A contact as an answer: the whole of a merge where it is in one, 410 with when it went, or 404.
#pragma once

#include "engine/http/api/api_services.h"
#include "engine/http/api/as_of.h"
#include "projections/merge_reader.h"
#include "projections/view.h"

namespace rapport {

// With ETag and Rapport-Position. `as_of`: as it was then.
HttpResponse contact_answer(RequestContext& context, const ApiServices& services, const View& view, ContactId id,
                            const std::optional<AsOf>& as_of = std::nullopt);

// "17", and of a merge "17+4": the root's version, then its members' in order of id.
std::string version_tag(const MergedContact& contact);

// Those of all its members, and the control stream's.
Positions positions_of_contact(const ApiServices& services, const View& view, const MergedContact& contact);

// 409: the contact is merged, and what was asked cannot be had while it is.
HttpResponse merged_conflict(const RequestContext& context, std::string detail);

// What a write is for: the root of the merge that the contact is in. Errors: not_found; those of root_of.
[[nodiscard]] Result<ContactId> root_to_change(const View& view, ContactId id);

}  // namespace rapport
