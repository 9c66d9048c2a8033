// 128-bit sums of hashes that tell whether two generations hold the same: a stream's digest is the hash of its
// canonical state plus the sum mod 2^128 of its timeline rows' hashes; a generation's is the sum over its streams.
//
// Invariants: addition and subtraction only, so that order never matters and a late event costs one addition.
// XXH3-128 (xxHash, Y. Collet) finds damage and bugs; it is no proof against someone who searches for collisions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rapport {

__extension__ using Uint128 = unsigned __int128;

struct Digest {
  Uint128 value = 0;

  friend bool operator==(const Digest&, const Digest&) = default;
  friend Digest operator+(Digest a, Digest b) { return {a.value + b.value}; }
  friend Digest operator-(Digest a, Digest b) { return {a.value - b.value}; }
  Digest& operator+=(Digest other) {
    value += other.value;
    return *this;
  }
  Digest& operator-=(Digest other) {
    value -= other.value;
    return *this;
  }
};

Digest hash_digest(std::string_view bytes);
std::uint64_t hash64(std::string_view bytes);
std::string to_string(Digest digest);  // 32 hex digits

class RowWriter;
class RowReader;
void write_digest(RowWriter& out, Digest digest);
Digest read_digest(RowReader& in);

}  // namespace rapport
