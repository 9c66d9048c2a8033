// The rules that hold at every depth of an event, also in data that nothing else reads. Internal to events/.
#pragma once

#include <simdjson.h>

#include <optional>

#include "events/result.h"

namespace rapport::events_internal {

// Errors: duplicate_key (JSON parsers disagree about which of two equal keys counts, so neither does; `field` is its
// path), too_deep (more than kEventDepthMax objects and arrays inside each other, `root` being the first).
std::optional<Error> check_document(simdjson::dom::object root);

}  // namespace rapport::events_internal
