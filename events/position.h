// Where records stand in a log: a partition and an offset in it; and the token users hold, a position in every
// partition it speaks of.
//
//   "1f2e3d4c.c-17,0-1042,3-9"
//    log id   control  partition 0 up to and including offset 1042 ...
//
// Invariants: an Offset is the log's and is compared with >=, never +1 (Kafka's offsets have gaps); the control stream
// is a partition of its own and comes first.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "events/result.h"

namespace rapport {

struct Offset {
  std::int64_t value = -1;  // -1: before the first record

  friend auto operator<=>(const Offset&, const Offset&) = default;
};

struct Partition {
  std::int32_t value = 0;

  friend auto operator<=>(const Partition&, const Partition&) = default;
};

inline constexpr Partition kControlPartition{-1};

struct LogPosition {
  Partition partition;
  Offset offset;

  friend auto operator<=>(const LogPosition&, const LogPosition&) = default;
};

// The log's name, drawn at random when it is made: a token of one log is refused by another.
struct LogId {
  std::uint32_t value = 0;

  friend auto operator<=>(const LogId&, const LogId&) = default;
};

std::string to_string(LogId id);  // 8 hex digits
[[nodiscard]] Result<LogId> parse_log_id(std::string_view text);

// The last record included, per partition; a partition that is not named is not constrained.
using Positions = std::map<Partition, Offset>;

struct PositionToken {
  LogId log;
  Positions offsets;

  friend bool operator==(const PositionToken&, const PositionToken&) = default;
};

// A partition before its first record has no number: "3-".
std::string to_string(const PositionToken& token);
std::string format_positions(LogId log, const Positions& offsets);  // the same, of what is nobody's token
std::string format_position(LogId log, LogPosition position);

// Errors: invalid_argument.
[[nodiscard]] Result<PositionToken> parse_position(std::string_view text);

// -1 where the partition is not named.
Offset offset_in(const Positions& positions, Partition partition);
// Whether every position wanted is reached.
bool covers(const Positions& reached, const Positions& wanted);

// Moves `into` forward to cover `other`.
void advance(Positions& into, LogPosition other);
void advance(Positions& into, const Positions& other);

}  // namespace rapport
