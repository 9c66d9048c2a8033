#include "projections/digest.h"

#include <xxhash.h>

#include "projections/row_bytes.h"

namespace rapport {

Digest hash_digest(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {static_cast<Uint128>(hash.high64) << 64 | hash.low64};
}

std::uint64_t hash64(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

std::string to_string(Digest digest) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out(32, '0');
  for (std::size_t i = 32; i-- > 0; digest.value >>= 4) out[i] = kHex[static_cast<std::size_t>(digest.value & 15)];
  return out;
}

void write_digest(RowWriter& out, Digest digest) {
  out.fixed64(static_cast<std::uint64_t>(digest.value >> 64));
  out.fixed64(static_cast<std::uint64_t>(digest.value));
}

Digest read_digest(RowReader& in) {
  const std::uint64_t high = in.fixed64();
  return {static_cast<Uint128>(high) << 64 | in.fixed64()};
}

}  // namespace rapport
