// A register holds the write with the greatest (time, log offset): a late event never overwrites a newer one, and
// equal times keep log order (a last-writer-wins register, Shapiro et al., "A comprehensive study of CRDTs", 2011).
#pragma once

#include <compare>
#include <limits>

#include "events/position.h"
#include "events/timestamp.h"

namespace rapport {

// When a write is placed: by its time, then by its place in the log. All writes of a register stand in one partition.
struct WriteStamp {
  Timestamp time{std::numeric_limits<std::int64_t>::min()};
  Offset offset;

  friend auto operator<=>(const WriteStamp&, const WriteStamp&) = default;
};

template <class T>
struct Register {
  T value{};
  WriteStamp stamp{};  // before every write: never written

  bool written() const { return stamp != WriteStamp{}; }
  void write(T next, WriteStamp at) {
    if (at <= stamp) return;
    value = std::move(next);
    stamp = at;
  }

  friend bool operator==(const Register&, const Register&) = default;
};

}  // namespace rapport
