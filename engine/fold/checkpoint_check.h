// Whether the log still is the one that a generation was folded from.
#pragma once

#include "engine/log/event_log.h"
#include "projections/checkpoint.h"

namespace rapport {

// Reads the record that each checkpoint stands at, and compares it with what the checkpoint remembers.
// Errors: corrupt (another record stands there: the log was made anew, or truncated and grown again), position_gone,
// log_unavailable; the detail names the partition and offset.
[[nodiscard]] Result<void> check_checkpoints(EventLog& log, const Checkpoints& checkpoints);

}  // namespace rapport
