#include "events/timestamp.h"

#include <chrono>

#include "events/text.h"

namespace rapport {
namespace {

constexpr std::int64_t kMsPerDay = 86'400'000;

// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil and civil_from_days.
constexpr std::int64_t days_from_civil(std::int64_t y, unsigned m, unsigned d) {
  y -= m <= 2;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const auto yoe = static_cast<unsigned>(y - era * 400);
  const unsigned doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
  const unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + static_cast<std::int64_t>(doe) - 719468;
}

struct Civil {
  std::int64_t year;
  unsigned month, day;
};

constexpr Civil civil_from_days(std::int64_t z) {
  z += 719468;
  const std::int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  const auto doe = static_cast<unsigned>(z - era * 146097);
  const unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const unsigned mp = (5 * doy + 2) / 153;
  const unsigned month = mp < 10 ? mp + 3 : mp - 9;
  return {static_cast<std::int64_t>(yoe) + era * 400 + (month <= 2), month, doy - (153 * mp + 2) / 5 + 1};
}

constexpr bool is_leap(std::int64_t y) { return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0); }

constexpr unsigned days_in_month(std::int64_t y, unsigned m) {
  constexpr unsigned kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return m == 2 && is_leap(y) ? 29 : kDays[m - 1];
}

// Reads exactly `count` digits at `pos`, or returns -1.
int digits(std::string_view text, std::size_t pos, std::size_t count) {
  if (pos + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = pos; i < pos + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

Error malformed(std::string_view text) {
  return {Errc::invalid_argument,
          quote(text) + " is not an RFC 3339 time with an offset, like 2026-11-24T09:15:02.120Z"};
}

void put_digits(char* out, std::int64_t value, int count) {
  for (int i = count - 1; i >= 0; --i) {
    out[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

}  // namespace

Result<Timestamp> parse_timestamp(std::string_view text) {
  const int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const int hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (year < 0 || month < 1 || month > 12 || day < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
      second < 0 || second > 60 || text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't') ||
      text[13] != ':' || text[16] != ':') {
    return malformed(text);
  }
  if (static_cast<unsigned>(day) > days_in_month(year, static_cast<unsigned>(month))) return malformed(text);

  std::size_t pos = 19;
  std::int64_t millis = 0;
  if (pos < text.size() && text[pos] == '.') {
    const std::size_t first = ++pos;
    for (std::int64_t unit = 100; pos < text.size() && text[pos] >= '0' && text[pos] <= '9'; ++pos, unit /= 10) {
      millis += unit * (text[pos] - '0');
    }
    if (pos == first) return malformed(text);
  }

  if (pos >= text.size()) return malformed(text);
  std::int64_t offset_minutes = 0;
  if (text[pos] == 'Z' || text[pos] == 'z') {
    ++pos;
  } else if (text[pos] == '+' || text[pos] == '-') {
    const int offset_hour = digits(text, pos + 1, 2), offset_minute = digits(text, pos + 4, 2);
    if (offset_hour < 0 || offset_hour > 23 || offset_minute < 0 || offset_minute > 59 || text[pos + 3] != ':') {
      return malformed(text);
    }
    offset_minutes = (text[pos] == '-' ? -1 : 1) * (offset_hour * 60 + offset_minute);
    pos += 6;
  }
  if (pos != text.size() || pos < 20) return malformed(text);

  const std::int64_t days = days_from_civil(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
  const std::int64_t ms =
      days * kMsPerDay + ((hour * 60LL + minute - offset_minutes) * 60LL + second) * 1000LL + millis;
  if (ms < kTimestampMin.ms || ms > kTimestampMax.ms) return malformed(text);
  return Timestamp{ms};
}

void append_timestamp(std::string& out, Timestamp time) {
  if (time < kTimestampMin || time > kTimestampMax) panic("a timestamp outside of RFC 3339's years");
  std::int64_t days = time.ms / kMsPerDay, rest = time.ms % kMsPerDay;
  if (rest < 0) {
    rest += kMsPerDay;
    --days;
  }
  const Civil civil = civil_from_days(days);
  char text[] = "0000-00-00T00:00:00.000Z";
  put_digits(text, civil.year, 4);
  put_digits(text + 5, civil.month, 2);
  put_digits(text + 8, civil.day, 2);
  put_digits(text + 11, rest / 3'600'000, 2);
  put_digits(text + 14, rest / 60'000 % 60, 2);
  put_digits(text + 17, rest / 1000 % 60, 2);
  put_digits(text + 20, rest % 1000, 3);
  out.append(text, sizeof text - 1);
}

std::string format_timestamp(Timestamp time) {
  std::string out;
  append_timestamp(out, time);
  return out;
}

Timestamp now_wall_clock() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return Timestamp{std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count()};
}

}  // namespace rapport
