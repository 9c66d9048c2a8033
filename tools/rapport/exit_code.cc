#include "tools/rapport/exit_code.h"

#include <iostream>

#include "engine/http/problem.h"
#include "tools/rapport/terminal.h"

namespace rapport {
namespace {

bool as_json = false;

}  // namespace

void report_as_json(bool wanted) { as_json = wanted; }

ExitCode exit_code_of(const Error& error) {
  switch (error.code) {
    case Errc::invalid_argument: return ExitCode::usage;
    case Errc::not_found:
    case Errc::contact_deleted:
    case Errc::contact_erased: return ExitCode::no;
    case Errc::unreachable: return ExitCode::unreachable;
    case Errc::shutting_down: return ExitCode::interrupted;
    default: return ExitCode::refused;
  }
}

ExitCode report(const Error& error) {
  if (as_json) {
    std::cerr << problem_response(error, "").body << "\n";
  } else {
    std::cerr << "rapport: " << printable(to_string(error)) << "\n";
  }
  return exit_code_of(error);
}

}  // namespace rapport
