// Writes a response's first line and fields: the handler's own, then those that are the server's to say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/http/http_message.h"

namespace rapport {

struct ResponseHeadFacts {
  std::string_view date;  // as http_date has it
  std::string_view request_id;
  std::string_view traceparent = {};  // "": none came
  bool close = false;
  bool http_1_0 = false;  // what the request spoke: there, keeping a connection must be said
  // Of the body, also where it is not sent (HEAD). Absent: its size is not known.
  std::optional<std::uint64_t> length = std::nullopt;
  bool chunked = false;
};

// Whether a response of that status has no body and says no length.
bool http_status_has_no_body(int status);

// What does not say itself who may keep it is kept by nobody: most answers tell of people.
void append_response_head(std::string& out, const HttpResponse& response, const ResponseHeadFacts& facts);

// "Tue, 24 Nov 2026 09:15:02 GMT" (IMF-fixdate, RFC 9110); seconds since the epoch.
std::string http_date(std::int64_t unix_seconds);

}  // namespace rapport
