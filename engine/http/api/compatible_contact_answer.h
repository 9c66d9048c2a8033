// A contact as an answer of the compatible API.
#pragma once

#include "engine/http/api/api_services.h"
#include "engine/http/api/as_of.h"
#include "engine/http/api/compatible_json.h"
#include "projections/merge_reader.h"

namespace rapport {

// What `select` and `relations` ask for. Errors: invalid_argument, the field "relations".
[[nodiscard]] Result<CompatibleShape> contact_shape_of(const HttpRequest& request);

// The whole of a merge where it is in one; `as_of`: as it was then.
// Errors: not_found (deleted ones too: that API knows no other), those of read_merged.
[[nodiscard]] Result<MergedContact> live_contact(const ApiServices& services, const View& view, ContactId id,
                                                 const std::optional<AsOf>& as_of = std::nullopt);

// {"data":{contact}}, with ETag and Rapport-Position.
HttpResponse compatible_contact(const RequestContext& context, const ApiServices& services, const View& view,
                                const MergedContact& contact, const CompatibleShape& shape);

}  // namespace rapport
