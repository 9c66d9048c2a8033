#include "tools/rapport/terminal/moment.h"

#include <time.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>

#include "events/text.h"
#include "tools/rapport/terminal/terminal.h"

namespace rapport {
namespace {

constexpr std::int64_t kSecondMs = 1'000;
constexpr std::int64_t kCountMax = 1'000'000'000;

std::optional<std::int64_t> unit_ms(std::string_view unit) {
  if (unit == "s") return kSecondMs;
  if (unit == "m" || unit == "min") return 60 * kSecondMs;
  if (unit == "h") return 3'600 * kSecondMs;
  if (unit == "d") return 86'400 * kSecondMs;
  if (unit == "w") return 7 * 86'400 * kSecondMs;
  return std::nullopt;
}

// "2h" of "2h ago".
std::optional<std::int64_t> duration_ms(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (failed != std::errc{} || count < 0 || count > kCountMax) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  while (text.starts_with(' ')) text.remove_prefix(1);
  const auto unit = unit_ms(text);
  if (!unit) return std::nullopt;
  return count * *unit;
}

}  // namespace

Result<Timestamp> parse_moment(std::string_view text, Timestamp now) {
  constexpr std::string_view kAgo = " ago";
  if (text == "now") return now;
  if (text.ends_with(kAgo)) {
    const auto before = duration_ms(text.substr(0, text.size() - kAgo.size()));
    if (before && now.ms - *before >= kTimestampMin.ms) return Timestamp{now.ms - *before};
  }
  constexpr std::size_t kDateSize = 10;  // 2026-11-24
  const auto time = parse_timestamp(text.size() == kDateSize ? std::string(text) + "T00:00:00Z" : std::string(text));
  if (time) return *time;
  return Error{Errc::invalid_argument,
               quote(text) + " is no moment: write 2026-11-24T09:15:02Z, 2026-11-24, \"2h ago\" or now"};
}

std::string local_time_text(Timestamp time) {
  const std::int64_t ms = ((time.ms % kSecondMs) + kSecondMs) % kSecondMs;
  const auto seconds = static_cast<time_t>((time.ms - ms) / kSecondMs);
  tm local{};
  if (::localtime_r(&seconds, &local) == nullptr) return format_timestamp(time);
  const long minutes = std::labs(local.tm_gmtoff) / 60;
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02d %02d:%02d:%02d %c%02ld:%02ld", local.tm_year + 1900,
                local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec,
                local.tm_gmtoff < 0 ? '-' : '+', minutes / 60, minutes % 60);
  return text.data();
}

std::string moment_text(Timestamp time) {
  return stdout_is_terminal() ? local_time_text(time) : format_timestamp(time);
}

}  // namespace rapport
