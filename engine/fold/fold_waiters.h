// Those who wait until the fold has passed a position.
//
// Invariants: a waiter is told once; `done` is called outside every lock, by whoever finds that its time has come.
// Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "engine/log/event_log.h"

namespace rapport {

class FoldWaiters {
 public:
  using Clock = std::chrono::steady_clock;
  using Done = std::function<void(Result<void>)>;

  FoldWaiters(LogId log, std::size_t waiters_max) : log_(log), waiters_max_(waiters_max) {}

  // Returns the earliest deadline of those who wait now; Clock::time_point::max() where nobody does.
  // Errors to `done`: overloaded, and what close() or a fault said.
  Clock::time_point add(const Positions& positions, Clock::time_point deadline, Done done);

  // Beside the control stream these only are folded from now on: whoever waits for others, now or later, is told
  // unreachable.
  void fold_only(std::set<Partition> partitions);

  // Tells those whose positions are reached by now.
  void reach(const Positions& positions);
  // A partition cannot be read on: whoever waits for it, now or later, is told why.
  void fault(const PartitionFault& fault);
  // All are read by another reader from now on, which tells its own faults.
  void forget_faults();
  // Tells those whose deadline has passed; returns the earliest deadline left.
  Clock::time_point expire(Clock::time_point now);
  // Tells everyone, now and later, until it is opened again.
  void close(const Error& error);
  void open();

  Positions reached() const;
  bool empty() const;  // nobody waits

 private:
  struct Waiter {
    Positions positions;
    Clock::time_point deadline;
    Done done;
  };
  struct Answer {
    Done done;
    Result<void> result;
  };

  std::optional<Error> fault_of(const Positions& positions) const;
  std::optional<Error> not_folded(const Positions& positions) const;
  Clock::time_point earliest() const;
  // Takes out the waiters that `pick` answers.
  template <class Pick>
  std::vector<Answer> take(Pick pick);

  LogId log_;
  std::size_t waiters_max_;
  mutable std::mutex mutex_;
  Positions reached_;
  std::vector<PartitionFault> faults_;
  std::optional<std::set<Partition>> folded_;  // unset: all
  std::optional<Error> closed_;
  std::list<Waiter> waiters_;
};

}  // namespace rapport
