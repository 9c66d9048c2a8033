#include "projections/search_words.h"

#include <gtest/gtest.h>

#include <random>

namespace rapport {
namespace {

using Words = std::vector<std::string>;

TEST(SearchWords, AreWithoutCaseAndAccents) {
  EXPECT_EQ(words_of("Zoë O'Hara-ŁUK"), (Words{"zoe", "o", "hara", "luk"}));
  EXPECT_EQ(words_of("Straße Ørsted ÆSOP Đorđe İzmir þing"),
            (Words{"strasse", "orsted", "aesop", "dorde", "izmir", "thing"}));
  EXPECT_EQ(words_of("ZOE\xCC\x88"), (Words{"zoe"})) << "the accent as a character of its own";
  EXPECT_EQ(words_of("Ёлка ΑΘΗΝΑ 東京 x"), (Words{"елка", "αθηνα", "東京", "x"}));
  EXPECT_EQ(words_of("प्रिया वर्मा தமிழ்"), (Words{"परिया", "वरमा", "தமிழ"})) << "vowels are marks beside letters";
  EXPECT_EQ(words_of("می\u200cخواهم co\u00adop"), (Words{"میخواهم", "coop"}))
      << "joiners and soft hyphens part nothing";
  EXPECT_EQ(words_of(""), Words{});
  EXPECT_EQ(words_of(" \xC2\xA0-·"), Words{});
}

std::string utf8(std::uint32_t code) {
  if (code < 0x80) return {static_cast<char>(code)};
  return {static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 0x3F))};
}

// A letter of another script makes the whole text go the way of every script.
TEST(SearchWords, OfLatinAreThoseOfEveryScript) {
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (auto left = 1 + random() % 12; left > 0; --left) {
      text += utf8(random() % 4 == 0 ? 0x20 + random() % 0x60 : 0x80 + random() % (0x250 - 0x80));
    }
    Words expected = words_of(text);
    if (expected.size() == kSearchWordsOfValueMax) continue;
    expected.push_back("一");
    ASSERT_EQ(words_of(text + " 一"), expected) << text;
  }
}

TEST(SearchWords, OfAPhoneNumberAreItsTails) {
  EXPECT_EQ(phone_words("+47 (912) 345"), (Words{"47912345", "7912345", "912345"}));
  EXPECT_EQ(phone_words("110"), (Words{"110"}));
  EXPECT_EQ(phone_words("none"), Words{});
}

}  // namespace
}  // namespace rapport
