// What `rapport generate` makes, as records of a log.
#pragma once

#include <vector>

#include "engine/log/event_log.h"
#include "tools/rapport/generate/event_generator.h"

namespace rapport {

// Each for its subject's own partition of `log`.
std::vector<NewRecord> generated_records(const EventLog& log, const GeneratorOptions& options);

}  // namespace rapport
