// Draws ranks 1..n with probability proportional to 1/rank: Zipf's law with exponent 1, exactly, in integers.
//
// By octaves: 2^j <= k < 2^(j+1) is drawn uniformly for a uniform j, which gives k a weight of 2^-j, and is kept with
// probability 2^j / k, so that 1/k remains. More than half of the draws are kept; no table, whatever n is.
#pragma once

#include <bit>
#include <cstdint>

#include "tools/rapport/generate/random.h"

namespace rapport {

class Zipf {
 public:
  // `n` is 1..2^31-1.
  explicit Zipf(std::uint32_t n) : n_(n), octaves_(static_cast<std::uint32_t>(std::bit_width(n))) {}

  std::uint32_t draw(Random& random) const {
    while (true) {
      const std::uint32_t base = std::uint32_t{1} << random.below(octaves_);
      const std::uint32_t k = base + random.below(base);
      if (k <= n_ && random.below(k) < base) return k;
    }
  }

 private:
  std::uint32_t n_;
  std::uint32_t octaves_;
};

}  // namespace rapport
