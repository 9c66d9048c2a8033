// Whether JSON text that is no event means the same to every reader: the rules of an event's bytes, for the other
// bodies that the engine is given.
#pragma once

#include <string_view>

#include "events/result.h"

namespace rapport {

// One JSON object: UTF-8, numbers of 64 bits or finite doubles, no key twice at any depth, at most kEventDepthMax
// levels. `text` needs no padding and is not kept. Errors: invalid_json, field "body"; duplicate_key, too_deep, with
// the member's path where it is known.
[[nodiscard]] Result<void> check_json_object(std::string_view text);

}  // namespace rapport
