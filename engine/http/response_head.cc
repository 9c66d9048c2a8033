#include "engine/http/response_head.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace rapport {
namespace {

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), written.ptr);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

bool http_status_has_no_body(int status) { return status < 200 || status == 204 || status == 304; }

void append_response_head(std::string& out, const HttpResponse& response, const ResponseHeadFacts& facts) {
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::uint64_t>(response.status));
  out.append(" ").append(http_reason_phrase(response.status)).append("\r\n");
  append_field(out, "Date", facts.date);
  if (!http_status_has_no_body(response.status)) {
    if (!response.content_type.empty()) append_field(out, "Content-Type", response.content_type);
    if (facts.chunked) {
      out.append("Transfer-Encoding: chunked\r\n");
    } else if (facts.length) {
      out.append("Content-Length: ");
      append_number(out, *facts.length);
      out.append("\r\n");
    }
  }
  bool says_who_keeps_it = false;
  for (std::size_t i = 0; i < response.headers.size(); ++i) {
    const HttpHeaders::Field field = response.headers[i];
    append_field(out, field.name, field.value);
    says_who_keeps_it = says_who_keeps_it || are_one_field(field.name, "Cache-Control");
  }
  if (!says_who_keeps_it) out.append("Cache-Control: no-store\r\n");
  append_field(out, "Rapport-Request-Id", facts.request_id);
  if (!facts.traceparent.empty()) append_field(out, "traceparent", facts.traceparent);
  if (facts.close) {
    out.append("Connection: close\r\n");
  } else if (facts.http_1_0) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
}

std::string http_date(std::int64_t unix_seconds) {
  using namespace std::chrono;
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const sys_seconds time{seconds(unix_seconds)};
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  std::array<char, 64> text;
  const int size =
      std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT", kDays[weekday(day).c_encoding()],
                    static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                    static_cast<int>(date.year()), static_cast<int>(clock.hours().count()),
                    static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace rapport
