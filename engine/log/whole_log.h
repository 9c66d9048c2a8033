// A log from its first record to where it ends now.
#pragma once

#include <functional>

#include "engine/log/event_log.h"

namespace rapport {

// A batch may hold records from behind `ends`, which came meanwhile.
using TakeBatch = std::function<Result<void>(const RecordBatch& batch, const Positions& ends)>;

// Errors: the reader's, the first fault of a partition, and those of `take`.
[[nodiscard]] Result<void> read_whole(EventLog& log, const ReadLimits& step, const TakeBatch& take);

}  // namespace rapport
