// The first byte of a row of keys (key_rows.h).
#pragma once

#include <string_view>

namespace rapport::key_row {

inline constexpr char kKey = 'k', kDay = 'y', kPlanned = 'p', kFact = 'm';
inline constexpr char kMore = 'x', kBuried = 'z', kCleaned = 'c';
inline constexpr std::string_view kFormatKey = "mformat";

}  // namespace rapport::key_row
