#include "engine/http/problem.h"

#include <array>
#include <charconv>

#include "engine/auth/rate_limiter.h"
#include "events/json_writer.h"

namespace rapport {
namespace {

using std::chrono::seconds;

constexpr std::array kProblemTable{
    ProblemRow{Errc::invalid_json, 400, "The bytes are not JSON"},
    ProblemRow{Errc::invalid_event, 400, "The event breaks a rule of its type"},
    ProblemRow{Errc::invalid_argument, 400, "A part of the request is malformed"},
    ProblemRow{Errc::duplicate_key, 400, "A JSON object says a key twice"},
    ProblemRow{Errc::too_large, 413, "A size limit is exceeded"},
    ProblemRow{Errc::too_deep, 400, "The JSON is nested too deep"},
    ProblemRow{Errc::future_time, 400, "The time is too far ahead"},
    ProblemRow{Errc::id_not_given_out, 400, "The id has not been given out"},
    ProblemRow{Errc::too_many_fields, 400, "The contact would have too many fields"},
    ProblemRow{Errc::too_many_tags, 400, "The contact would have too many tags"},
    ProblemRow{Errc::duplicate_record, 409, "The name is taken"},
    ProblemRow{Errc::idempotency_key_in_use, 409, "The first request with this key is under way"},
    ProblemRow{Errc::idempotency_key_reused, 422, "The key came with another request before"},
    ProblemRow{Errc::wrong_expected_version, 412, "The contact has moved on"},
    ProblemRow{Errc::contact_deleted, 410, "The contact is deleted"},
    ProblemRow{Errc::contact_erased, 410, "The contact is erased"},
    ProblemRow{Errc::company_deleted, 410, "The company is deleted"},
    ProblemRow{Errc::identity_taken, 409, "The identity is another contact's"},
    ProblemRow{Errc::identity_not_held, 409, "The contact does not hold the identity"},
    ProblemRow{Errc::ids_overlap, 409, "The ids are reserved already"},
    ProblemRow{Errc::not_found, 404, "There is no such thing"},
    ProblemRow{Errc::unauthorized, 401, "A valid key is needed"},
    ProblemRow{Errc::forbidden, 403, "The key does not allow this"},
    ProblemRow{Errc::method_not_allowed, 405, "The path does not have this method"},
    ProblemRow{Errc::unsupported_media_type, 415, "The media type is not understood"},
    ProblemRow{Errc::position_of_other_log, 410, "The position is of another log"},
    ProblemRow{Errc::position_gone, 410, "The log no longer holds the position"},
    ProblemRow{Errc::cursor_expired, 410, "The list has to be begun again"},
    ProblemRow{Errc::wait_timeout, 504, "The wait took too long"},
    ProblemRow{Errc::log_unavailable, 503, "The log cannot be reached now", seconds(5)},
    ProblemRow{Errc::overloaded, 503, "The server has too much to do", seconds(1)},
    ProblemRow{Errc::shutting_down, 503, "The server is stopping", seconds(5)},
    ProblemRow{Errc::unreachable, 503, "Another server did not answer", seconds(1)},
    ProblemRow{Errc::storage_failed, 503, "The disk refuses", seconds(30)},
    ProblemRow{Errc::corrupt, 500, "Stored bytes do not read back as they were written"},
    ProblemRow{Errc::locked, 500, "Another process holds the data directory"},
    ProblemRow{Errc::wrong_format, 500, "The stored format is another version's"},
    ProblemRow{Errc::internal, 500, "The server failed"},
};

consteval bool table_is_in_order() {
  for (std::size_t i = 0; i < kProblemTable.size(); ++i) {
    if (static_cast<std::size_t>(kProblemTable[i].code) != i) return false;
  }
  return kProblemTable.size() == static_cast<std::size_t>(Errc::internal) + 1;
}
static_assert(table_is_in_order(), "kProblemTable is indexed by Errc");

// "line 12" and "line 12: data.caseId" are split; any other field is kept as it is.
void split_line(Problem& problem) {
  std::string_view rest = problem.field;
  if (!rest.starts_with("line ")) return;
  rest.remove_prefix(5);
  std::uint64_t line = 0;
  const auto [end, failure] = std::from_chars(rest.data(), rest.data() + rest.size(), line);
  if (failure != std::errc{}) return;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  if (!rest.empty() && !rest.starts_with(": ")) return;
  problem.line = line;
  problem.field = std::string(rest.empty() ? rest : rest.substr(2));
}

}  // namespace

const ProblemRow& problem_row(Errc code) { return kProblemTable[static_cast<std::size_t>(code)]; }

Problem problem_of(const Error& error) {
  if (error.code == Errc::overloaded && error.field == kRateField) {
    return {.status = 429,
            .code = "rate_limited",
            .title = "Asked too often",
            .detail = error.detail,
            .retry_after = seconds(1)};  // a bucket gets at least one token a second
  }
  const ProblemRow& row = problem_row(error.code);
  Problem problem{.status = row.status,
                  .code = std::string(errc_name(error.code)),
                  .title = std::string(row.title),
                  .detail = error.detail,
                  .field = error.field,
                  .retry_after = row.retry_after};
  split_line(problem);
  return problem;
}

HttpResponse problem_response(const Problem& problem, std::string_view request_id) {
  HttpResponse response;
  response.status = problem.status;
  response.content_type = "application/problem+json";
  if (problem.status == 401) response.headers.add("WWW-Authenticate", "Bearer realm=\"rapport\"");
  if (problem.retry_after.count() > 0) {
    response.headers.add("Retry-After", std::to_string(problem.retry_after.count()));
  }
  JsonWriter json(response.body);
  json.begin_object();
  json.key("type").string("urn:rapport:problem:" + problem.code);
  json.key("title").string(problem.title);
  json.key("status").number(std::int64_t{problem.status});
  json.key("code").string(problem.code);
  json.key("detail").string(problem.detail);
  if (!problem.field.empty()) json.key("field").string(problem.field);
  if (problem.line) json.key("line").number(*problem.line);
  json.key("requestId").string(request_id);
  json.end_object();
  return response;
}

HttpResponse problem_response(const Error& error, std::string_view request_id) {
  return problem_response(problem_of(error), request_id);
}

}  // namespace rapport
