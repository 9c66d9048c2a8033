// How a contact is named on the command line: by its id, or by an identity, "web:ada@example".
#pragma once

#include <string>

#include "events/ids.h"
#include "tools/rapport/api_client.h"

namespace rapport {

// Asks the server who holds an identity. Errors: invalid_argument (neither an id nor channel:external id), not_found,
// ApiClient's.
[[nodiscard]] Result<ContactId> find_contact(ApiClient& api, const std::string& address);

}  // namespace rapport
