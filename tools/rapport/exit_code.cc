#include "tools/rapport/exit_code.h"

#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/http/problem.h"
#include "tools/rapport/terminal/terminal.h"

namespace rapport {
namespace {

bool told_as_json = false;

struct KeptProblem {
  Error error;
  std::string code, document;
};
std::optional<KeptProblem> kept;

std::string text_of(const Error& error) {
  if (!kept || kept->error != error) return to_string(error);
  return kept->code + ": " + (error.field.empty() ? "" : error.field + ": ") + error.detail;
}

// What a server said bears the request behind its detail (api_client.cc): a document has a member for it.
std::string problem_document(Error error) {
  if (kept && kept->error == error) return kept->document;
  constexpr std::string_view kMark = " (request ";
  std::string request;
  const std::size_t at = error.detail.rfind(kMark);
  if (at != std::string::npos && error.detail.ends_with(')')) {
    request = error.detail.substr(at + kMark.size(), error.detail.size() - at - kMark.size() - 1);
    error.detail.resize(at);
  }
  return problem_response(error, request).body;
}

}  // namespace

void keep_problem(const Error& error, std::string code, std::string document) {
  kept = {error, std::move(code), std::move(document)};
}

void report_as_json(bool wanted) { told_as_json = wanted; }

ExitCode exit_code_of(const Error& error) {
  switch (error.code) {
    case Errc::invalid_argument: return ExitCode::usage;
    case Errc::not_found:
    case Errc::contact_deleted:
    case Errc::contact_erased:
    case Errc::company_deleted: return ExitCode::no;
    case Errc::unreachable: return ExitCode::unreachable;
    case Errc::shutting_down: return ExitCode::interrupted;
    default: return ExitCode::refused;
  }
}

ExitCode report(const Error& error) {
  if (told_as_json) {
    std::cerr << problem_document(error) << "\n";
  } else {
    std::cerr << "rapport: " << printable(text_of(error)) << "\n";
  }
  return exit_code_of(error);
}

}  // namespace rapport
