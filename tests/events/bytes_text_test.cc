#include "events/bytes_text.h"

#include <gtest/gtest.h>

#include <random>

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

// RFC 4648, section 10.
TEST(BytesText, WritesTheStandardsBase64) {
  const std::pair<std::string, std::string> vectors[] = {
      {"f", "Zg=="},        {"fo", "Zm8="},        {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text).value(), bytes);
  }
}

// The URL's alphabet is libsodium's work, the other ours: they are the same but for two letters and the padding.
TEST(BytesText, NoByteBeyondAsciiIsALetter) {
  for (int byte = 0x80; byte <= 0xff; ++byte) {
    for (std::size_t at = 0; at < 4; ++at) {
      std::string text = "SP8_";
      text[at] = static_cast<char>(byte);
      EXPECT_FALSE(from_base64url(text)) << byte << " at " << at;
      EXPECT_FALSE(from_base64(text)) << byte << " at " << at;
    }
  }
}

TEST(BytesText, WritesBothKindsOfBase64Alike) {
  std::mt19937 random(1);
  for (std::size_t size = 0; size < 300; ++size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    std::string expected = to_base64url(bytes);
    for (char& letter : expected) letter = letter == '-' ? '+' : letter == '_' ? '/' : letter;
    expected.append((4 - expected.size() % 4) % 4, '=');
    ASSERT_EQ(to_base64(bytes), expected);
    ASSERT_EQ(from_base64(expected).value(), bytes);
    if (size == 0) continue;
    std::string damaged = expected;
    damaged[random() % damaged.size()] = "-_ \n\0\x80\xff"[random() % 7];
    ASSERT_FALSE(from_base64(damaged)) << damaged;
  }
}

TEST(BytesText, RefusesWhatIsNoBase64) {
  for (const char* bad :
       {"AP/+fg", "AP/+fg=", "A", "AP/+fg== ", "AP_-fg==", "=", "====", "A===", "AA=A", "AB==", "AAB=", "AA==AAAA"}) {
    EXPECT_FALSE(from_base64(bad)) << bad;
  }
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
