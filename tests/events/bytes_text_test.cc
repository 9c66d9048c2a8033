#include "events/bytes_text.h"

#include <gtest/gtest.h>

#include "events/number_text.h"

namespace rapport {
namespace {

const std::string kBytes("\x00\xff\xfe~", 4);

TEST(BytesText, ReadsBackWhatItWrote) {
  EXPECT_EQ(to_hex(kBytes), "00fffe7e");
  EXPECT_EQ(to_base64(kBytes), "AP/+fg==");
  EXPECT_EQ(to_base64url(kBytes), "AP_-fg");
  EXPECT_EQ(*from_base64("AP/+fg=="), kBytes);
  EXPECT_EQ(*from_base64url("AP_-fg"), kBytes);
  EXPECT_EQ(to_base64(""), "");
  EXPECT_EQ(*from_base64(""), "");
}

TEST(BytesText, RefusesWhatIsNoBase64) {
  for (const char* bad : {"AP/+fg", "AP/+fg=", "A", "AP/+fg== ", "AP_-fg=="}) EXPECT_FALSE(from_base64(bad)) << bad;
  for (const char* bad : {"AP/+fg", "AP_-fg==", "AP_-f"}) EXPECT_FALSE(from_base64url(bad)) << bad;
}

TEST(NumberText, IsAllOfTheText) {
  EXPECT_EQ(parse_number<std::uint64_t>("17"), 17u);
  EXPECT_EQ(parse_number<std::int64_t>("-17"), -17);
  EXPECT_EQ(parse_number<double>("1.5"), 1.5);
  for (const char* bad : {"", " 17", "17 ", "+17", "-1", "1e3", "18446744073709551616"}) {
    EXPECT_FALSE(parse_number<std::uint64_t>(bad)) << bad;
  }
}

}  // namespace
}  // namespace rapport
