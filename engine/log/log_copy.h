// Copies one log's records to another: to one of the other kind, or to a log with more partitions. Ids, bytes and
// recordedAt stay; offsets and partitions are the new log's.
#pragma once

#include <cstdint>
#include <functional>

#include "engine/log/event_log.h"

namespace rapport {

struct LogCopyResult {
  std::uint64_t records = 0;   // copied
  std::uint64_t left_out = 0;  // log.opened, and records without a value
};

// Called behind each batch; false stops.
using LogCopyProgress = std::function<bool(std::uint64_t records)>;

// Copies everything up to where `from` ends now. `to` is to hold nothing but its own log.opened.
// Errors: invalid_argument (`to` holds events; `from` is encrypted and its keys are not there), shutting_down
// (stopped), and those of both logs. A copy that failed is begun again with a new log.
[[nodiscard]] Result<LogCopyResult> copy_log(EventLog& from, EventLog& to, const LogCopyProgress& progress = {});

}  // namespace rapport
