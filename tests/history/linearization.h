// Whether a history could have come of an object that does one thing at a time (Herlihy and Wing, "Linearizability",
// 1990): whether its operations can be put in an order that keeps theirs in time and in which each is answered as it
// was.
//
// The search goes from state to state, taking whatever may come next, and back where that leads nowhere (Wing and Gong,
// "Testing and Verifying Concurrent Objects", 1993); a state that was reached by the same operations is not gone into
// twice (Lowe, "Testing for Linearizability", 2017).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tests/history/operation.h"

namespace rapport::history {

// Beyond so many states the search gives up, and says so: a history is then too long, not wrong.
inline constexpr std::uint64_t kStatesMax = 5'000'000;

// Nothing: there is such an order. Else why there is none: how far the best one came, and what could not follow.
std::optional<std::string> why_not_linearizable(const History& history, const Pair& before = {});

// A read that was sent with the token of a write comes behind it; the write, if it was answered before it had its
// effect, has had it by the time the read is answered.
void read_behind_write(History& history, std::size_t read, std::size_t write);

}  // namespace rapport::history
