// The body of a request that is no event.
#pragma once

#include <boost/json/object.hpp>
#include <string_view>

#include "events/result.h"

namespace rapport {

// A body that is one JSON object, and the same one to every reader: one whose key stands twice is refused as an event
// is, since a proxy that looks at the first would let through what we read in the second.
// Errors: those of check_json_object.
[[nodiscard]] Result<boost::json::object> body_object(std::string_view body);

}  // namespace rapport
