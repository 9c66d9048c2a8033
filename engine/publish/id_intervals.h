// A set of ids, held as intervals that are joined where they meet: what an engine has given out is few intervals,
// however many ids it is.
#pragma once

#include <cstdint>
#include <map>

namespace rapport {

// Not thread-safe.
class IdIntervals {
 public:
  // None of [from, from + count) may be in it yet.
  void add(std::uint64_t from, std::uint64_t count);
  bool has(std::uint64_t id) const;
  std::size_t interval_count() const { return ends_.size(); }

 private:
  std::map<std::uint64_t, std::uint64_t> ends_;  // the first id to the first behind
};

}  // namespace rapport
