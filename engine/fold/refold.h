// Folds a log from the start, or from where a generation stands, up to given positions and no further, and fills its
// indexes: the proof that rows are what the log says. From the start it goes stream by stream (sorted_refold.h), else
// record by record.
#pragma once

#include <cstdint>
#include <functional>

#include "engine/log/event_log.h"
#include "projections/generation.h"

namespace rapport {

// Called behind each step with the records folded so far; false stops.
using RefoldProgress = std::function<bool(std::uint64_t records)>;

// Errors: shutting_down where `progress` stopped it; position_gone, corrupt, log_unavailable, storage_failed.
[[nodiscard]] Result<void> refold(EventLog& log, Generation& generation, const Positions& until,
                                  const RefoldProgress& progress = {});

// Record by record, in steps, and fills no index: for the partitions of `until` alone. Errors: as refold().
[[nodiscard]] Result<void> refold_steps(EventLog& log, Generation& generation, const Positions& until,
                                        const RefoldProgress& progress);

}  // namespace rapport
