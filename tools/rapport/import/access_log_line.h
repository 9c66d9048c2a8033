// One line of a web server's access log, in Apache's combined format, which nginx and others write too:
//
//   203.0.113.7 - ada [17/May/2015:10:05:03 +0000] "GET /pricing HTTP/1.1" 200 5120 "https://search.example/"
//   "Mozilla/..." address     ident user  time                    request             status bytes referrer user agent
//
// The common format, without the last two, is read as well; what stands behind the user agent is left alone.
//
// Invariants: texts are UTF-8, with the server's escapes (\", \\, \xhh, \t ...) undone; where the bytes that they stand
// for are not UTF-8, the escapes are kept as they are.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "events/result.h"
#include "events/timestamp.h"

namespace rapport {

inline constexpr std::size_t kClientAddressSizeMax = 128;

struct AccessLogRequest {
  std::string address;
  Timestamp time;
  std::string method, target;  // both empty where the client sent no HTTP request
  int status = 0;
  std::optional<std::string> referrer, user_agent;  // nothing where the log has "-"

  friend bool operator==(const AccessLogRequest&, const AccessLogRequest&) = default;
};

// Errors: invalid_argument, saying which part of the line is not as it must be.
[[nodiscard]] Result<AccessLogRequest> parse_access_log_line(std::string_view line);

}  // namespace rapport
