#include "engine/http/api/compatible_answer.h"

#include <algorithm>

#include "engine/http/api/request_values.h"
#include "engine/http/problem.h"
#include "events/number_text.h"

namespace rapport {
namespace {

std::string_view code_of(int status, Errc code) {
  if (code == Errc::duplicate_record) return "ERROR_DUPLICATE_RECORD_FOUND";
  switch (status) {
    case 401: return "ERROR_UNAUTHORIZED";
    case 403: return "ERROR_UNAUTHORIZED_ACCESS";
    case 404:
    case 410: return "ERROR_RECORD_NOT_FOUND";
    default: return status < 500 ? "ERROR_INVALID_INPUT" : "ERROR_SERVER_ERROR";
  }
}

}  // namespace

HttpResponse compatible_problem(const RequestContext& context, const Error& error) {
  Problem problem = problem_of(error);
  problem.code = code_of(problem.status, error.code);
  // That API has no 409, 410, 413 and 415; nor has it keys of idempotency, whose codes are ours.
  if (error.code == Errc::idempotency_key_in_use || error.code == Errc::idempotency_key_reused) {
    return problem_response(error, context.request().request_id);
  }
  if (problem.status == 410) problem.status = 404;
  if (problem.status == 409 || problem.status == 413 || problem.status == 415) problem.status = 400;
  return problem_response(problem, context.request().request_id);
}

HttpResponse compatible_refusal(const RequestContext& context, const Error& error) {
  const bool is_known_there =
      error.code == Errc::unauthorized || error.code == Errc::forbidden || error.code == Errc::invalid_argument;
  return is_known_there ? compatible_problem(context, error) : problem_response(error, context.request().request_id);
}

NameSet names_of(const HttpRequest& request, const std::string& parameter) {
  NameSet out;
  for (const std::string& item : list_of(request, parameter)) {
    std::string_view rest = item;
    while (!rest.empty()) {
      const auto bar = std::min(rest.find('|'), rest.size());
      if (bar > 0) out.emplace(rest.substr(0, bar));
      rest.remove_prefix(std::min(bar + 1, rest.size()));
    }
  }
  return out;
}

Result<NumberedPage> numbered_page_of(const HttpRequest& request) {
  NumberedPage out;
  const auto limit = limit_of(request, out.limit, kNumberedPageMax);
  if (!limit) return limit.error();
  out.limit = *limit;
  if (const auto text = request.query.find("page")) {
    const auto number = parse_number<std::size_t>(*text);
    if (!number || *number > kPageNumberMax) {
      return Error{Errc::invalid_argument, "is a number from 0 to " + std::to_string(kPageNumberMax), "page"};
    }
    out.page = *number;
  }
  return out;
}

Error page_too_large() {
  return {Errc::invalid_argument,
          "makes a page of more than " + std::to_string(kNumberedPageBytesMax >> 20) + " MiB: ask for fewer", "limit"};
}

HttpResponse numbered_page_response(const NumberedPage& page, std::size_t count, const std::string& items) {
  std::string body;
  JsonWriter json(body);
  json.begin_object().key("data").begin_object();
  json.key("page").number(std::uint64_t{page.page}).key("offset").number(std::uint64_t{page.offset()});
  json.key("limit").number(std::uint64_t{page.limit}).key("count").number(std::uint64_t{count});
  json.key("data").raw("[" + items + "]");
  json.end_object().end_object();
  return HttpResponse::json(std::move(body));
}

HttpResponse data_response(const std::string& data) { return HttpResponse::json("{\"data\":" + data + "}"); }

}  // namespace rapport
