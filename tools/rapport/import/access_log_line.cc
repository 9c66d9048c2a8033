#include "tools/rapport/import/access_log_line.h"

#include <algorithm>
#include <array>

#include "events/text.h"

namespace rapport {
namespace {

Error malformed(std::string_view what, std::string_view found) {
  std::string text(what);
  text.append(", found ").append(quote(found));
  return {Errc::invalid_argument, std::move(text)};
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Undoes what servers write for quotes, backslashes and control bytes. Unknown escapes stay.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[i + 1];
    if (c == 'x' && i + 3 < text.size() && hex_value(text[i + 2]) >= 0 && hex_value(text[i + 3]) >= 0) {
      out += static_cast<char>(hex_value(text[i + 2]) * 16 + hex_value(text[i + 3]));
      i += 3;
      continue;
    }
    constexpr std::string_view kNames = "\"\\nrtbvf";
    constexpr std::string_view kBytes = "\"\\\n\r\t\b\v\f";
    const std::size_t known = kNames.find(c);
    if (known == std::string_view::npos) {
      out += '\\';
      continue;
    }
    out += kBytes[known];
    ++i;
  }
  return out;
}

std::string text_of(std::string_view logged) {
  if (logged.find('\\') != std::string_view::npos) {
    std::string plain = unescaped(logged);
    if (is_utf8(plain)) return plain;
  }
  return to_utf8(logged);
}

std::optional<std::string> text_unless_dash(std::string_view logged) {
  if (logged.empty() || logged == "-") return std::nullopt;
  return text_of(logged);
}

// What stands before `delimiter`, which is taken too; nothing where it is not there.
std::optional<std::string_view> take_until(std::string_view& rest, std::string_view delimiter) {
  const std::size_t at = rest.find(delimiter);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view taken = rest.substr(0, at);
  rest.remove_prefix(at + delimiter.size());
  return taken;
}

// The inside of a quoted text at the front, its quotes taken too.
std::optional<std::string_view> take_quoted(std::string_view& rest) {
  if (!rest.starts_with('"')) return std::nullopt;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '\\') {
      ++i;
    } else if (rest[i] == '"') {
      const std::string_view taken = rest.substr(1, i - 1);
      rest.remove_prefix(i + 1);
      return taken;
    }
  }
  return std::nullopt;
}

// "17/May/2015:10:05:03 +0000"
Result<Timestamp> parse_log_time(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Error error = malformed("the time is not like [17/May/2015:10:05:03 +0000]", text);
  if (text.size() != 26 || text[2] != '/' || text[6] != '/' || text[11] != ':' || text[20] != ' ') return error;
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(3, 3));
  if (month == kMonths.end()) return error;
  const auto number = static_cast<unsigned>(month - kMonths.begin()) + 1;
  std::string rfc3339(text.substr(7, 4));
  rfc3339 += '-';
  rfc3339 += static_cast<char>('0' + number / 10);
  rfc3339 += static_cast<char>('0' + number % 10);
  rfc3339.append("-").append(text.substr(0, 2)).append("T").append(text.substr(12, 8));
  rfc3339.append(text.substr(21, 3)).append(":").append(text.substr(24, 2));
  const auto time = parse_timestamp(rfc3339);
  if (!time) return error;
  return *time;
}

void read_request(std::string_view quoted, AccessLogRequest& request) {
  std::string text = text_of(quoted);
  const std::size_t first = text.find(' '), last = text.rfind(' ');
  // Anything but "METHOD target HTTP/x" (a TLS hello on a plain port, a time-out) is no HTTP request.
  if (first == std::string::npos || last <= first + 1 || text.compare(last + 1, 5, "HTTP/") != 0) return;
  request.method = text.substr(0, first);
  request.target = text.substr(first + 1, last - first - 1);
}

}  // namespace

Result<AccessLogRequest> parse_access_log_line(std::string_view line) {
  std::string_view rest = line;
  AccessLogRequest request;

  request.address = to_utf8(take_until(rest, " ").value_or(std::string_view()));
  const std::string& address = request.address;
  if (address.empty() || address.size() > kClientAddressSizeMax || has_control_character(address)) {
    return malformed("the line does not begin with a client address", line);
  }

  if (!take_until(rest, "[")) return malformed("there is no time in brackets", line);
  const auto time_text = take_until(rest, "] ");
  if (!time_text) return malformed("there is no time in brackets", line);
  const auto time = parse_log_time(*time_text);
  if (!time) return time.error();
  request.time = *time;

  const auto quoted = take_quoted(rest);
  if (!quoted) return malformed("the request is not in quotes", rest);
  read_request(*quoted, request);

  if (rest.size() < 5 || rest[0] != ' ' || rest[4] != ' ' ||
      !std::all_of(rest.begin() + 1, rest.begin() + 4, [](char c) { return c >= '0' && c <= '9'; })) {
    return malformed("the request is not followed by a status of three digits and a size", rest);
  }
  request.status = (rest[1] - '0') * 100 + (rest[2] - '0') * 10 + (rest[3] - '0');
  rest.remove_prefix(5);

  const std::string_view size = rest.substr(0, rest.find(' '));
  if (size.empty() ||
      (size != "-" && !std::all_of(size.begin(), size.end(), [](char c) { return c >= '0' && c <= '9'; }))) {
    return malformed("the size is neither a number nor '-'", rest);
  }
  rest.remove_prefix(size.size());
  if (rest.empty()) return request;  // the common format

  rest.remove_prefix(1);
  const auto referrer = take_quoted(rest);
  if (!referrer) return malformed("the referrer is not in quotes", rest);
  if (!rest.starts_with(' ')) return malformed("there is no user agent behind the referrer", rest);
  rest.remove_prefix(1);
  const auto user_agent = take_quoted(rest);
  if (!user_agent) return malformed("the user agent is not in quotes", rest);
  request.referrer = text_unless_dash(*referrer);
  request.user_agent = text_unless_dash(*user_agent);
  return request;
}

}  // namespace rapport
