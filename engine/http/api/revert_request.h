// The body of POST /v1/reverts.
#pragma once

#include <string>

#include "engine/revert/reverter.h"

namespace rapport {

// Without what the request's query and key say. Errors: invalid_json; invalid_argument, the field being the member.
// `log`: positions of another one are position_of_other_log.
[[nodiscard]] Result<RevertRequest> read_revert_request(const std::string& body, LogId log);

}  // namespace rapport
