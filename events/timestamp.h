// A moment, in milliseconds since 1970-01-01T00:00:00Z. Distinct from durations and from offsets by type.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "events/result.h"

namespace rapport {

struct Timestamp {
  std::int64_t ms = 0;

  friend auto operator<=>(const Timestamp&, const Timestamp&) = default;
};

// The range of RFC 3339: years 0000 to 9999.
inline constexpr Timestamp kTimestampMin{-62'167'219'200'000};
inline constexpr Timestamp kTimestampMax{253'402'300'799'999};

// Parses RFC 3339 (section 5.6) with an offset; digits past the millisecond are dropped, a leap second (":60") is the
// second after it. Errors: invalid_argument.
[[nodiscard]] Result<Timestamp> parse_timestamp(std::string_view text);

// YYYY-MM-DDTHH:MM:SS.mmmZ, always 24 bytes. `time` lies within kTimestampMin and kTimestampMax.
std::string format_timestamp(Timestamp time);
void append_timestamp(std::string& out, Timestamp time);

// The machine's wall clock. The fold never calls it.
Timestamp now_wall_clock();

}  // namespace rapport
