// How much happened when: the events of a timeline counted by kind and by bucket of time, for drawing.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "projections/view.h"

namespace rapport {

inline constexpr std::size_t kActivityBucketsMax = 10'000;

enum class ActivityKind : std::uint8_t { visits, chats, edits, notes, other, refused };
inline constexpr std::array<std::string_view, 6> kActivityKindNames{"visits", "chats", "edits",
                                                                    "notes",  "other", "refused"};

struct ActivityQuery {
  std::int64_t bucket_ms = 0;             // positive; buckets begin at its multiples since 1970
  std::optional<Timestamp> from, before;  // time in [from, before)
};

struct ActivityBucket {
  Timestamp start;
  std::array<std::uint64_t, kActivityKindNames.size()> counts{};

  friend bool operator==(const ActivityBucket&, const ActivityBucket&) = default;
};

// The buckets that have an event, in order of time. Errors: too_large (more than kActivityBucketsMax); storage_failed,
// corrupt.
[[nodiscard]] Result<std::vector<ActivityBucket>> read_activity(const View& view, const Subject& subject,
                                                                const ActivityQuery& query);

}  // namespace rapport
