// A small pseudo-random generator whose numbers are the same on every machine: xoshiro256** seeded by splitmix64
// (Blackman and Vigna, prng.di.unimi.it). Integers only: the standard library's distributions and floating-point
// functions differ between implementations.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace rapport {

class Random {
 public:
  explicit Random(std::uint64_t seed) {
    for (auto& word : state_) {
      seed += 0x9E3779B97F4A7C15ULL;
      std::uint64_t z = seed;
      z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
      z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
      word = z ^ (z >> 31);
    }
  }

  std::uint64_t next() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  // 0..bound-1, `bound` at least 1. The bias, below bound / 2^32, is part of the sequence.
  std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(((next() >> 32) * std::uint64_t{bound}) >> 32);
  }

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace rapport
