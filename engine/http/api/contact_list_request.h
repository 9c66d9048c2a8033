// What a request asks a list of contacts for: `where` (or `where[]`, repeated), `order`, `limit` and `cursor`.
#pragma once

#include "engine/http/router.h"
#include "projections/contact_list.h"

namespace rapport {

inline constexpr std::size_t kContactPageMax = 500;

// Errors: invalid_argument, the field being the parameter's name.
[[nodiscard]] Result<ContactListQuery> contact_list_query(const HttpRequest& request, const ControlState& control,
                                                          std::size_t limit_default);

// What `cursor` says of the page behind `place`.
std::string contact_cursor(const ContactPlace& place);

}  // namespace rapport
