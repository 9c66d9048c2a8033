#include "tools/rapport/terminal/columns.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

TEST(Columns, CountsColumnsAsATerminalDoes) {
  EXPECT_EQ(columns_of("plain"), 5u);
  EXPECT_EQ(columns_of("Zoë"), 3u);
  EXPECT_EQ(columns_of("Zoe\u0308"), 3u) << "a combining mark takes none";
  EXPECT_EQ(columns_of("北京"), 4u);
  EXPECT_EQ(columns_of("🙂"), 2u);
  EXPECT_EQ(columns_of("👍🏽"), 2u) << "a skin tone belongs to its emoji";
  EXPECT_EQ(columns_of("a\xFFz"), 3u) << "a stray byte is shown as one sign";
}

TEST(Columns, CutsBetweenLettersNotInside) {
  EXPECT_EQ(prefix_of_columns("plain", 3), "pla");
  EXPECT_EQ(prefix_of_columns("北京", 3), "北");
  EXPECT_EQ(prefix_of_columns("Zoe\u0308!", 3), "Zoe\u0308");
  EXPECT_EQ(prefix_of_columns("abc", 9), "abc");
  EXPECT_EQ(prefix_of_columns("abc", 0), "");
}

}  // namespace
}  // namespace rapport
