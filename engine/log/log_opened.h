// The first record of a log's control stream: it names the log and says how many partitions it has. Written when the
// log is made; where two engines make one log at the same time, the record that stands first counts.
#pragma once

#include <string_view>

#include "engine/log/event_log.h"
#include "events/payload.h"

namespace rapport {

// A name that no other log has, in all likelihood.
LogId draw_log_id();

NewRecord make_log_opened(LogId log, std::int32_t partitions);

// Errors: wrong_format, where the record says anything else.
[[nodiscard]] Result<LogOpened> parse_log_opened(std::string_view value);

}  // namespace rapport
