// The records that were set aside, in the order of partition and offset, and what became of each.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/position.h"
#include "projections/parked_row.h"
#include "projections/view.h"

namespace rapport {

struct ParkedRecord {
  std::string key;  // of the row: what the next page starts behind
  LogPosition position;
  ParkedRow row;
  std::optional<ParkedVerdict> verdict;  // absent: it waits
};

// Which of them a list shows; absent: all. A record without a verdict waits.
enum class ParkedState : std::uint8_t { waiting, retried, discarded };
inline constexpr std::array<std::string_view, 3> kParkedStateNames{"waiting", "retried", "discarded"};
ParkedState state_of(const ParkedRecord& record);

// Of a page's rows: behind them it ends early, but not before its first record.
inline constexpr std::size_t kParkedPageBytesMax = 8u << 20;

struct ParkedPage {
  std::vector<ParkedRecord> records;
  bool more = false;
};

// The first `limit` of that state behind the row `after` ("": from the first). Errors of both: storage_failed, corrupt.
[[nodiscard]] Result<ParkedPage> list_parked(const View& view, std::string_view after, std::size_t limit,
                                             std::optional<ParkedState> state);
// Absent: no record is parked there.
[[nodiscard]] Result<std::optional<ParkedRecord>> read_parked(const View& view, LogPosition position);

}  // namespace rapport
