#include "tools/rapport/terminal/moment.h"

#include <gtest/gtest.h>
#include <time.h>

#include <cstdlib>

namespace rapport {
namespace {

constexpr Timestamp kNow{1'800'000'000'000};

TEST(Moment, ReadsWhatPeopleType) {
  struct Row {
    std::string_view text;
    std::int64_t ms;
  };
  for (const auto& row :
       {Row{"now", kNow.ms}, Row{"90s ago", kNow.ms - 90'000}, Row{"15m ago", kNow.ms - 900'000},
        Row{"2h ago", kNow.ms - 7'200'000}, Row{"3 d ago", kNow.ms - 259'200'000}, Row{"1w ago", kNow.ms - 604'800'000},
        Row{"1970-01-02", 86'400'000}, Row{"1970-01-01T01:00:00+01:00", 0}}) {
    const auto read = parse_moment(row.text, kNow);
    ASSERT_TRUE(read) << row.text << ": " << to_string(read.error());
    EXPECT_EQ(read->ms, row.ms) << row.text;
  }
}

TEST(Moment, SaysWhatItTakes) {
  for (const std::string_view text : {"", "yesterday", "2h", "h ago", "-2h ago", "2y ago", "99999999999999999999s ago",
                                      "1000000000w ago", "2026-13-01", " ago"}) {
    const auto read = parse_moment(text, kNow);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, Errc::invalid_argument);
  }
}

TEST(Moment, IsShownInThePersonsZone) {
  const char* before = std::getenv("TZ");
  const std::string kept = before != nullptr ? before : "";
  ::setenv("TZ", "XYZ-5:30", 1);
  ::tzset();
  EXPECT_EQ(local_time_text(Timestamp{0}), "1970-01-01 05:30:00 +05:30");
  EXPECT_EQ(local_time_text(Timestamp{-1}), "1970-01-01 05:29:59 +05:30");
  ::setenv("TZ", "XYZ3", 1);
  ::tzset();
  EXPECT_EQ(local_time_text(Timestamp{0}), "1969-12-31 21:00:00 -03:00");
  before != nullptr ? ::setenv("TZ", kept.c_str(), 1) : ::unsetenv("TZ");
  ::tzset();
}

}  // namespace
}  // namespace rapport
