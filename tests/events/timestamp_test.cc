#include "events/timestamp.h"

#include <gtest/gtest.h>

namespace rapport {
namespace {

std::string reformatted(std::string_view text) {
  const auto time = parse_timestamp(text);
  return time ? format_timestamp(*time) : to_string(time.error());
}

TEST(Timestamp, ParsesEveryFormOfRfc3339) {
  const struct {
    const char* text;
    const char* expected;
  } rows[] = {
      {"2026-11-24T09:15:02Z", "2026-11-24T09:15:02.000Z"},
      {"2026-11-24T09:15:02.120Z", "2026-11-24T09:15:02.120Z"},
      {"2026-11-24t09:15:02.120z", "2026-11-24T09:15:02.120Z"},
      {"2026-11-24T09:15:02.1Z", "2026-11-24T09:15:02.100Z"},
      {"2026-11-24T09:15:02.1209999999Z", "2026-11-24T09:15:02.120Z"},  // dropped, not rounded
      {"2026-11-24T09:15:02+00:00", "2026-11-24T09:15:02.000Z"},
      {"2026-11-24T09:15:02-00:00", "2026-11-24T09:15:02.000Z"},
      {"2026-11-24T09:15:02+05:30", "2026-11-24T03:45:02.000Z"},
      {"2026-11-24T09:15:02.5-08:00", "2026-11-24T17:15:02.500Z"},
      {"2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00.000Z"},
      {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"},  // a leap second is the second after it
      {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"},
      {"2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000Z"},
      {"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
      {"0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"},
      {"9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
  };
  for (const auto& row : rows) EXPECT_EQ(reformatted(row.text), row.expected) << row.text;
}

TEST(Timestamp, RefusesWhatIsNotOne) {
  const char* const rows[] = {
      "",
      "2026",
      "2026-11-24",
      "2026-11-24T09:15Z",
      "2026-11-24T09:15:02",        // no offset
      "2026-11-24T09:15:02.120",    // no offset
      "2026-11-24 09:15:02Z",       // a space for the T
      "2026-11-24T09:15:02.Z",      // no digit after the dot
      "2026-11-24T09:15:02,120Z",   // a comma for the dot
      "2026-11-24T09:15:02ZZ",      // more after the offset
      "2026-11-24T09:15:02Z ",      //
      " 2026-11-24T09:15:02Z",      //
      "2026-11-24T09:15:02+0530",   // an offset without a colon
      "2026-11-24T09:15:02+05",     //
      "2026-11-24T09:15:02+24:00",  //
      "2026-11-24T09:15:02+05:60",  //
      "2026-11-24T09:15:02+",       //
      "2026-11-24T24:00:00Z",
      "2026-11-24T09:60:02Z",
      "2026-11-24T09:15:61Z",
      "2026-13-24T09:15:02Z",
      "2026-00-24T09:15:02Z",
      "2026-11-00T09:15:02Z",
      "2026-11-31T09:15:02Z",
      "2026-02-29T09:15:02Z",
      "1900-02-29T09:15:02Z",
      "2026/11/24T09:15:02Z",
      "2026-11-24T09.15.02Z",
      "26-11-24T09:15:02Z",
      "+2026-11-24T09:15:02Z",
      "-026-11-24T09:15:02Z",
      "0000-01-01T00:00:00+00:01",  // before the year 0000
      "9999-12-31T23:59:59-00:01",  // after the year 9999
      "1764000000000",
  };
  for (const char* const row : rows) {
    const auto time = parse_timestamp(row);
    ASSERT_FALSE(time.has_value()) << row;
    EXPECT_EQ(time.error().code, Errc::invalid_argument) << row;
    EXPECT_NE(time.error().detail.find("is not an RFC 3339 time with an offset"), std::string::npos) << row;
  }
}

TEST(Timestamp, ReachesBothEndsOfItsRange) {
  EXPECT_EQ(format_timestamp(kTimestampMin), "0000-01-01T00:00:00.000Z");
  EXPECT_EQ(format_timestamp(kTimestampMax), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(parse_timestamp("0000-01-01T00:00:00Z").value(), kTimestampMin);
  EXPECT_EQ(parse_timestamp("9999-12-31T23:59:59.999999Z").value(), kTimestampMax);
}

TEST(Timestamp, FormatsEveryDayOfFourCenturiesBack) {
  // 400 years are one whole cycle of the calendar.
  constexpr std::int64_t kMsPerDay = 86'400'000;
  for (std::int64_t day = -73'049; day <= 73'049; ++day) {
    const Timestamp time{day * kMsPerDay + 1};
    const auto back = parse_timestamp(format_timestamp(time));
    ASSERT_TRUE(back.has_value()) << day;
    ASSERT_EQ(*back, time) << format_timestamp(time);
  }
}

TEST(TimestampDeathTest, RefusesToFormatBeyondItsRange) {
  EXPECT_DEATH(format_timestamp(Timestamp{kTimestampMax.ms + 1}), "outside of RFC 3339's years");
  EXPECT_DEATH(format_timestamp(Timestamp{kTimestampMin.ms - 1}), "outside of RFC 3339's years");
}

TEST(Timestamp, WallClockIsOfThisCentury) {
  EXPECT_GT(now_wall_clock(), parse_timestamp("2025-01-01T00:00:00Z").value());
  EXPECT_LT(now_wall_clock(), parse_timestamp("2100-01-01T00:00:00Z").value());
}

}  // namespace
}  // namespace rapport
