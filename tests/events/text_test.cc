#include "events/text.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

TEST(Text, TellsTextFromOtherBytes) {
  struct Row {
    std::string_view bytes;
    bool valid;
  };
  for (const auto& row : {Row{"", true}, Row{"plain", true}, Row{"Zoë 北京 🙂", true}, Row{"\xC3", false},
                          Row{"\xC0\xAF", false}, Row{"\xE0\x80\x80", false}, Row{"\xED\xA0\x80", false},
                          Row{"\xF4\x90\x80\x80", false}, Row{"a\xFF", false}, Row{"\xF0\x9F\x99", false}}) {
    EXPECT_EQ(is_utf8(row.bytes), row.valid) << row.bytes;
    EXPECT_TRUE(is_utf8(to_utf8(row.bytes)));
  }
  EXPECT_EQ(to_utf8("a\xFFz"), "a\uFFFDz");
}

TEST(Text, FindsControlCharacters) {
  for (const std::string& text : {std::string("\0", 1), std::string("a\0b", 3), std::string("a\nb"),
                                  std::string("\x1f"), std::string("long enough to fill some words\x7f"),
                                  std::string("\u0080"), std::string("a\u009f"), std::string("zoë\x01")}) {
    EXPECT_TRUE(has_control_character(text)) << shown(text);
  }
  for (const char* const text :
       {"", " ", "~", "zoë 漢字 🦜", "\u00a0", "\u00c2", "\u0480 has 0x80 as its second byte", "\xC2"}) {
    EXPECT_FALSE(has_control_character(text)) << text;
  }
}

TEST(Text, FindsAControlCharacterAtEveryPlace) {
  for (std::size_t size = 1; size < 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (const std::string_view control :
           {std::string_view("\0", 1), std::string_view("\x1f"), std::string_view("\x7f"), std::string_view("\u0080"),
            std::string_view("\u009f")}) {
        const std::string text(size, 'a');
        EXPECT_FALSE(has_control_character(text));
        EXPECT_TRUE(has_control_character(std::string(text).insert(at, control))) << size << " " << at;
        EXPECT_FALSE(has_control_character(std::string(text).insert(at, "\u00a0"))) << size << " " << at;
        EXPECT_FALSE(has_control_character(std::string(text).insert(at, "\xff ~"))) << size << " " << at;
      }
    }
  }
}

TEST(Text, IsShownAsUtf8SafeToPrint) {
  const struct {
    std::string text;
    const char* expected;
  } rows[] = {
      {"", "''"},
      {"zoë 漢字 🦜", "'zoë 漢字 🦜'"},
      {std::string("a\0b\n\x7f", 5), "'a\uFFFDb\uFFFD\uFFFD'"},
      {"\u0085", "'\uFFFD'"},
      {"\xff\xfe", "'\uFFFD\uFFFD'"},
      {"\xC3", "'\uFFFD'"},                                // cut short
      {"\xC3(", "'\uFFFD('"},                              // no continuation
      {"\xC0\x80", "'\uFFFD\uFFFD'"},                      // overlong
      {"\xE0\x80\x80", "'\uFFFD\uFFFD\uFFFD'"},            //
      {"\xF0\x80\x80\x80", "'\uFFFD\uFFFD\uFFFD\uFFFD'"},  //
      {"\xED\xA0\x80", "'\uFFFD\uFFFD\uFFFD'"},            // a surrogate
      {"\xF4\x90\x80\x80", "'\uFFFD\uFFFD\uFFFD\uFFFD'"},  // beyond U+10FFFF
      {"\xF5\x80\x80\x80", "'\uFFFD\uFFFD\uFFFD\uFFFD'"},  //
  };
  for (const auto& row : rows) EXPECT_EQ(quote(row.text), row.expected);
}

TEST(Text, IsCutBetweenCharacters) {
  const auto long_text = [](std::size_t size, const char* end) { return std::string(size, 'a').append(end); };
  EXPECT_EQ(shown(long_text(64, "")), long_text(64, ""));
  EXPECT_EQ(shown(long_text(65, "")), long_text(64, "..."));
  EXPECT_EQ(shown(long_text(63, "ë")), long_text(63, "..."));
  EXPECT_EQ(shown(long_text(62, "ë")), long_text(62, "ë"));
}

}  // namespace
}  // namespace rapport
