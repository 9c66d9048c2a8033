#include "projections/store/big_endian.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

TEST(BigEndian, SortsAsNumbersDo) {
  std::string previous;
  for (const std::uint64_t value : {0ull, 1ull, 255ull, 256ull, 65'536ull, 1ull << 40, ~0ull}) {
    std::string bytes;
    append_big_endian64(bytes, value);
    ASSERT_EQ(bytes.size(), 8u);
    EXPECT_EQ(read_big_endian64(bytes), value);
    EXPECT_LE(previous, bytes);
    previous = bytes;
  }
}

TEST(BigEndian, WritesTheMostSignificantByteFirst) {
  std::string bytes;
  append_big_endian16(bytes, 0x0102);
  append_big_endian32(bytes, 0xfffefdfc);
  EXPECT_EQ(bytes, "\x01\x02\xff\xfe\xfd\xfc");
  EXPECT_EQ(read_big_endian16(bytes), 0x0102);
  EXPECT_EQ(read_big_endian32(std::string_view(bytes).substr(2)), 0xfffefdfcu);
}

}  // namespace
}  // namespace rapport
