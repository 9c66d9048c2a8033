// How rows of keys are named (key_rows.h): a first byte, and what they are of.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "projections/store/big_endian.h"

namespace rapport::key_row {

inline constexpr char kKey = 'k', kDay = 'y', kPlanned = 'p', kFact = 'm';
inline constexpr char kMore = 'x', kBuried = 'z', kCleaned = 'c';
inline constexpr std::string_view kFormatKey = "mformat";

inline std::string row_of(char kind, std::uint64_t number) {
  std::string out(1, kind);
  append_big_endian64(out, number);
  return out;
}

}  // namespace rapport::key_row
