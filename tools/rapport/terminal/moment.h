// Moments as people type and read them.
#pragma once

#include <string>
#include <string_view>

#include "events/timestamp.h"

namespace rapport {

// RFC 3339, a date alone (its first moment in UTC), "now", or how long before `now`: "90s ago", "15m ago", "2h ago",
// "3d ago", "2w ago". Errors: invalid_argument.
[[nodiscard]] Result<Timestamp> parse_moment(std::string_view text, Timestamp now);

// "2026-11-24 09:15:02 +01:00", in the machine's zone.
std::string local_time_text(Timestamp time);

// local_time_text where stdout is a terminal, else RFC 3339 in UTC.
std::string moment_text(Timestamp time);

}  // namespace rapport
