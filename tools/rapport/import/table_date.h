// Dates and times as tables have them.
#pragma once

#include <string_view>

#include "events/timestamp.h"

namespace rapport {

// RFC 3339; 2026-03-14, 2026-03-14 09:15, 2026-03-14 09:15:00.123456+02 (PostgreSQL), ... UTC; 14.03.2026 09:15.
// Without an offset it is UTC. Errors: invalid_argument: anything else; 3/4/2026 too, of which nobody can tell day from
// month.
[[nodiscard]] Result<Timestamp> parse_table_date(std::string_view text);

}  // namespace rapport
