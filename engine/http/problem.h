// Errors as users of the API see them: RFC 9457 problem documents, from one table.
//
//   HTTP/1.1 412 Precondition Failed
//   Content-Type: application/problem+json
//
//   {"type":"urn:rapport:problem:wrong_expected_version","title":"The contact has moved on","status":412,
//    "code":"wrong_expected_version","detail":"it is at version 7","field":"If-Match","requestId":"..."}
//
// Invariants: every Errc has one row; a problem says facts from Error.detail and never a stack trace or an exception's
// text.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/http/http_message.h"

namespace rapport {

struct ProblemRow {
  Errc code;
  int status;
  std::string_view title;
  // Of 429 and 503: when trying again makes sense. Zero: no Retry-After.
  std::chrono::seconds retry_after{0};
};

const ProblemRow& problem_row(Errc code);

struct Problem {
  int status = 500;
  std::string code;   // "wrong_expected_version"
  std::string title;  // the same for every problem of this code
  std::string detail;
  std::string field = {};                            // left out where empty
  std::optional<std::uint64_t> line = std::nullopt;  // of an NDJSON body, from 1
  std::chrono::seconds retry_after{0};
};

// An Error whose field is "line 12" or "line 12: data.caseId" gives the problem line 12 (and the field after it).
// A rate_error (engine/auth/rate_limiter.h) is 429 rate_limited.
Problem problem_of(const Error& error);

// 429 and 503 carry Retry-After, 401 WWW-Authenticate.
HttpResponse problem_response(const Problem& problem, std::string_view request_id);
HttpResponse problem_response(const Error& error, std::string_view request_id);

}  // namespace rapport
