// Fixed-width unsigned integers, most significant byte first, so that keys sort as their numbers do.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace rapport {

template <int kBytes>
void append_big_endian(std::string& out, std::uint64_t value) {
  static_assert(std::endian::native == std::endian::little);
  const std::uint64_t swapped =
      __builtin_bswap64(value << (8 * (8 - kBytes)));  // at once: byte by byte is slow to append
  out.append(reinterpret_cast<const char*>(&swapped), kBytes);
}

inline void append_big_endian16(std::string& out, std::uint16_t value) { append_big_endian<2>(out, value); }
inline void append_big_endian32(std::string& out, std::uint32_t value) { append_big_endian<4>(out, value); }
inline void append_big_endian64(std::string& out, std::uint64_t value) { append_big_endian<8>(out, value); }

// The caller knows that `bytes` is long enough.
template <int kBytes>
std::uint64_t read_big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < kBytes; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

inline std::uint16_t read_big_endian16(std::string_view bytes) {
  return static_cast<std::uint16_t>(read_big_endian<2>(bytes));
}
inline std::uint32_t read_big_endian32(std::string_view bytes) {
  return static_cast<std::uint32_t>(read_big_endian<4>(bytes));
}
inline std::uint64_t read_big_endian64(std::string_view bytes) { return read_big_endian<8>(bytes); }

}  // namespace rapport
