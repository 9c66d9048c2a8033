#include "tools/rapport/terminal/terminal.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

TEST(Terminal, PrintsNothingThatATerminalObeys) {
  struct Row {
    std::string_view text, printed;
  };
  for (const auto& row :
       {Row{"", ""}, Row{"Zoë 北京 🙂", "Zoë 北京 🙂"}, Row{"a\tb\r\nc", "a b  c"},
        Row{"\x1b[2Jgone", "\uFFFD[2Jgone"}, Row{"\x7f\x01", "\uFFFD\uFFFD"},
        Row{"a\xC2\x9B"
            "2J",
            "a\uFFFD2J"},
        Row{"a\u202Eb\u2066c\u200Fd\u2070", "a\uFFFDb\uFFFDc\u200Fd\u2070"}, Row{"\xFFz", "\uFFFDz"}}) {
    EXPECT_EQ(printable(row.text), row.printed) << row.text;
  }
}

TEST(Terminal, ColoursWhenItIsTold) {
  set_colour(ColourWhen::always);
  EXPECT_EQ(coloured("no", Colour::red), "\x1b[31mno\x1b[0m");
  set_colour(ColourWhen::never);
  EXPECT_EQ(coloured("no", Colour::red), "no");
  set_colour(ColourWhen::terminal);
}

TEST(Terminal, LeavesColourToTheEnvironmentOtherwise) {
  set_colour(ColourWhen::terminal);
  ::setenv("CLICOLOR_FORCE", "1", 1);
  EXPECT_TRUE(use_colour());
  ::setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(use_colour());
  ::unsetenv("NO_COLOR");
  ::unsetenv("CLICOLOR_FORCE");
}

}  // namespace
}  // namespace rapport
