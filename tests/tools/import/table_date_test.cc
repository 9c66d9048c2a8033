#include "tools/rapport/import/table_date.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

TEST(TableDate, ReadsWhatTablesHave) {
  struct Row {
    const char *text, *time;
  };
  for (const auto& [text, time] :
       {Row{"2026-03-14", "2026-03-14T00:00:00.000Z"}, Row{"2026-03-14 09:15", "2026-03-14T09:15:00.000Z"},
        Row{"2026-03-14T09:15:00Z", "2026-03-14T09:15:00.000Z"},
        Row{"2026-03-14 09:15:00.123456+02", "2026-03-14T07:15:00.123Z"},
        Row{"2026-03-14 09:15:00-0330", "2026-03-14T12:45:00.000Z"},
        Row{"2026-03-14 09:15:00 +0200", "2026-03-14T07:15:00.000Z"},
        Row{"2026-03-14 09:15:00 UTC", "2026-03-14T09:15:00.000Z"}, Row{"14.03.2026", "2026-03-14T00:00:00.000Z"},
        Row{"1.3.2026 09:15", "2026-03-01T09:15:00.000Z"}}) {
    const auto read = parse_table_date(text);
    ASSERT_TRUE(read) << text << ": " << to_string(read.error());
    EXPECT_EQ(format_timestamp(*read), time) << text;
  }
}

TEST(TableDate, RefusesWhatIsNoneOrCouldBeTwo) {
  for (const char* text : {"", " ", "soon", "31.02.2026", "2026-13-01", "14.03.26", "2026-03-14 ", "2026-03-14 25:00",
                           "1700000000", "14.03.2026 09:15 CET", "2026-03-14+02", "..", "."}) {
    const auto read = parse_table_date(text);
    ASSERT_FALSE(read) << text << " reads as " << format_timestamp(*read);
    EXPECT_EQ(read.error().code, Errc::invalid_argument);
  }
  EXPECT_NE(parse_table_date("3/4/2026").error().detail.find("tell its day from its month"), std::string::npos);
}

}  // namespace
}  // namespace rapport
