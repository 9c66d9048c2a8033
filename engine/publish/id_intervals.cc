#include "engine/publish/id_intervals.h"

#include <iterator>

namespace rapport {

void IdIntervals::add(std::uint64_t from, std::uint64_t count) {
  std::uint64_t end = from + count;
  const auto next = ends_.find(end);
  if (next != ends_.end()) {
    end = next->second;
    ends_.erase(next);
  }
  const auto behind = ends_.upper_bound(from);
  if (behind != ends_.begin() && std::prev(behind)->second == from) {
    std::prev(behind)->second = end;
  } else {
    ends_.emplace(from, end);
  }
}

bool IdIntervals::has(std::uint64_t id) const {
  const auto behind = ends_.upper_bound(id);
  return behind != ends_.begin() && id < std::prev(behind)->second;
}

}  // namespace rapport
