// How the newest records ended, for those who published them and are told the outcome rather than only "durable".
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "projections/fold_record.h"
#include "projections/outcome.h"

namespace rapport {

// Thread-safe.
class RecentOutcomes {
 public:
  // Of all partitions together; at least 1.
  explicit RecentOutcomes(std::size_t kept_max) : kept_max_(kept_max) {}

  // records[i] ended as outcomes[i]; each partition's in log order, behind those added before.
  void add(std::span<const FoldRecord> records, std::span<const Outcome> outcomes);
  std::vector<std::optional<Outcome>> find(std::span<const LogPosition> positions) const;

 private:
  using Kept = std::deque<std::pair<Offset, Outcome>>;
  struct Run {  // of outcomes that were added one behind the other
    Kept* of;
    std::size_t count;
  };
  void drop_oldest();

  std::size_t kept_max_;
  mutable std::mutex mutex_;
  std::map<Partition, Kept> kept_;
  std::deque<Run> runs_;  // of all that is kept, in the order of adding
  std::size_t count_ = 0;
};

}  // namespace rapport
