#include "engine/publish/id_reservations.h"

#include <algorithm>

namespace rapport {
namespace {

// A block of one id may stand in a whole one.
bool meet(const std::pair<IdKind, IdBlock>& a, const std::pair<IdKind, IdBlock>& b) {
  return a.first == b.first && a.second.from < b.second.from + b.second.count &&
         b.second.from < a.second.from + a.second.count;
}

}  // namespace

bool IdReservations::begin(const Blocks& blocks, std::function<void()> again) {
  const std::lock_guard lock(mutex_);
  const bool is_taken = std::ranges::any_of(blocks, [this](const auto& block) {
    return std::ranges::any_of(under_way_, [&](const auto& other) { return meet(block, other); });
  });
  if (is_taken) {
    waiting_.push_back(std::move(again));
  } else {
    under_way_.insert(blocks.begin(), blocks.end());
  }
  return !is_taken;
}

void IdReservations::end(const Blocks& blocks) {
  std::vector<std::function<void()>> waiting;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& block : blocks) under_way_.erase(block);
    waiting.swap(waiting_);
  }
  for (const auto& again : waiting) again();
}

}  // namespace rapport
