// The rules that hold at every depth of an event, also in data that nothing else reads. Internal to events/.
#pragma once

#include <simdjson.h>

#include <optional>

#include "events/event.h"
#include "events/result.h"

namespace rapport::events_internal {

// Two more than an event has, so that it is check_document that finds the limit, and for one event of a batch alone:
// the array around them, and simdjson's own count, which is over one level early where the innermost holds something.
constexpr std::size_t kParserDepthMax = kEventDepthMax + 2;

// What the parser says of bytes that it does not take: invalid_json, too_deep.
Error json_error(simdjson::error_code code);

// Errors: duplicate_key (JSON parsers disagree about which of two equal keys counts, so neither does; `field` is its
// path), too_deep (more than kEventDepthMax objects and arrays inside each other, `root` being the first).
std::optional<Error> check_document(simdjson::dom::object root);

}  // namespace rapport::events_internal
