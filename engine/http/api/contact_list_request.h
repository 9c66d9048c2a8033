// What a request asks a list of contacts for: `where` (or `where[]`, repeated), `order`, `limit` and `cursor`.
#pragma once

#include "engine/http/api/sight.h"
#include "engine/http/router.h"
#include "projections/contact_list.h"

namespace rapport {

inline constexpr std::size_t kContactPageMax = 500;

// Errors: invalid_argument; forbidden (it asks by personal data, which `sight` does not have); the field is the
// parameter's name.
[[nodiscard]] Result<ContactListQuery> contact_list_query(const HttpRequest& request, const ControlState& control,
                                                          const Sight& sight, std::size_t limit_default);

// What `cursor` says of the page behind `place`.
std::string contact_cursor(const ContactPlace& place);

}  // namespace rapport
