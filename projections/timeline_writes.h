// What the event of a timeline row wrote.
#pragma once

#include <vector>

#include "events/event_decoder.h"
#include "projections/register_writes.h"
#include "projections/timeline_row.h"

namespace rapport {

// In the payload's order; empty for a refused event and a type that writes no register. Errors: corrupt.
[[nodiscard]] Result<std::vector<RegisterWrite>> writes_of(EventDecoder& decoder, const TimelineRow& row);

}  // namespace rapport
