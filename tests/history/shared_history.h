// The history of one pair of contacts, as several clients write it down.
//
// Invariants: thread-safe; an operation keeps its index. One clock for all.
#pragma once

#include <chrono>
#include <mutex>
#include <utility>

#include "tests/history/linearization.h"

namespace rapport::history {

inline Instant now() { return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1); }

class SharedHistory {
 public:
  SharedHistory(std::uint64_t member, std::uint64_t root) : ids_{member, root} {}

  std::uint64_t id(Part part) const { return ids_[index_of(part)]; }

  // Operations of one request, in their order; the index of the first.
  std::size_t add(std::vector<Operation> operations) {
    const std::lock_guard lock(mutex_);
    const std::size_t first = history_.size();
    for (std::size_t i = 0; i < operations.size(); ++i) {
      if (i > 0) operations[i].behind.push_back(first + i - 1);
      history_.push_back(std::move(operations[i]));
    }
    return first;
  }
  void add_read_behind(Operation read, std::size_t write) {
    const std::lock_guard lock(mutex_);
    history_.push_back(std::move(read));
    read_behind_write(history_, history_.size() - 1, write);
  }
  History take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(history_, {});
  }

 private:
  const std::array<std::uint64_t, kParts> ids_;
  std::mutex mutex_;
  History history_;
};

}  // namespace rapport::history
