#include "tools/rapport/import/table_date.h"

#include <algorithm>

#include "events/text.h"

namespace rapport {
namespace {

bool digits(std::string_view text, std::size_t at_least, std::size_t at_most) {
  return text.size() >= at_least && text.size() <= at_most &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// "14.3.2026" as "2026-03-14"; nothing else is changed.
std::string with_year_first(std::string_view date) {
  const auto first = date.find('.'), second = date.find('.', first + 1);
  if (second == std::string_view::npos) return std::string(date);
  const auto day = date.substr(0, first), month = date.substr(first + 1, second - first - 1),
             year = date.substr(second + 1);
  if (!digits(day, 1, 2) || !digits(month, 1, 2) || !digits(year, 4, 4)) return std::string(date);
  const auto two = [](std::string_view number) { return (number.size() == 1 ? "0" : "") + std::string(number); };
  return std::string(year) + "-" + two(month) + "-" + two(day);
}

// "+02" and "+0200" as "+02:00", " UTC" and nothing as "Z".
std::string with_colon(std::string_view offset) {
  if (offset.empty() || offset == "UTC" || offset == "GMT") return "Z";
  const bool bare =
      (offset[0] == '+' || offset[0] == '-') && (digits(offset.substr(1), 2, 2) || digits(offset.substr(1), 4, 4));
  if (!bare) return std::string(offset);
  return std::string(offset.substr(0, 3)) + ":" + (offset.size() == 3 ? "00" : std::string(offset.substr(3)));
}

}  // namespace

Result<Timestamp> parse_table_date(std::string_view text) {
  const auto unlike = [&] {
    std::string detail = quote(text) + " is no date like 2026-03-14, 2026-03-14 09:15:00+01 or 14.03.2026 09:15";
    if (text.find('/') != std::string_view::npos) detail += "; with slashes nobody can tell its day from its month";
    return Error{Errc::invalid_argument, std::move(detail)};
  };
  const std::size_t date_end = std::min(text.find_first_of("T "), text.size());
  std::string_view rest = text.substr(std::min(date_end + 1, text.size()));
  const std::size_t time_end = std::min(rest.find_first_not_of("0123456789:."), rest.size());
  const std::string_view time = rest.substr(0, time_end);
  std::string_view offset = rest.substr(time_end);
  if (offset.starts_with(' ')) offset.remove_prefix(1);
  if (time.empty() && date_end != text.size()) return unlike();

  std::string whole = with_year_first(text.substr(0, date_end)) + "T";
  whole += time.empty() ? "00:00:00" : time.size() == 5 ? std::string(time) + ":00" : std::string(time);
  if (const auto parsed = parse_timestamp(whole + with_colon(offset))) return *parsed;
  return unlike();
}

}  // namespace rapport
