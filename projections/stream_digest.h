// The digest of one stream, computed from the row of its state: what the running sums of a generation are made of.
#pragma once

#include <string_view>

#include "events/result.h"
#include "projections/digest.h"

namespace rapport {

// `state_key` is a key of kind state. Zero for the control stream, which has no part in the digest.
// Errors: corrupt.
[[nodiscard]] Result<Digest> stream_digest(std::string_view state_key, std::string_view row);

}  // namespace rapport
