#include "engine/auth/api_key.h"

#include <gmock/gmock.h>

namespace rapport {
namespace {

const std::string kSecret(43, 'x');

TEST(ApiKey, ADrawnKeyReadsBack) {
  const ApiKeyText key = draw_api_key();
  const auto read = parse_api_key(key.text());
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->id, key.id);
  EXPECT_EQ(read->secret, key.secret);
  EXPECT_NE(draw_api_key().secret, key.secret);
}

TEST(ApiKey, ASecretMayHoldUnderscores) {
  const std::string secret = "_" + std::string(41, 'x') + "_";
  EXPECT_EQ(parse_api_key("rk_a-1_" + secret)->secret, secret);
}

TEST(ApiKey, WhatIsNoKeyIsRefusedWithoutBeingRepeated) {
  for (const std::string& text :
       {std::string(), std::string("rk_"), "rk__" + kSecret, "rk_a" + kSecret, "rk_a_" + kSecret.substr(1),
        "rx_a_" + kSecret, "rk_a b_" + kSecret, "rk_a_" + kSecret.substr(1) + "+",
        "rk_" + std::string(kKeyIdSizeMax + 1, 'a') + "_" + kSecret}) {
    const auto key = parse_api_key(text);
    ASSERT_FALSE(key) << text;
    EXPECT_THAT(key.error().detail, testing::Not(testing::HasSubstr(kSecret)));
  }
  EXPECT_TRUE(parse_api_key("rk_" + std::string(kKeyIdSizeMax, 'a') + "_" + kSecret));
}

TEST(ApiKey, TheHashIsSha256) {
  EXPECT_EQ(hash_secret("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180-2
  EXPECT_TRUE(same_hash("ab", "ab"));
  EXPECT_FALSE(same_hash("ab", "ac"));
  EXPECT_FALSE(same_hash("ab", "abc"));
}

}  // namespace
}  // namespace rapport
