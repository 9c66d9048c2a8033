#include "tools/rapport/exit_code.h"

#include <iostream>

#include "tools/rapport/terminal.h"

namespace rapport {

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
  std::cerr << "rapport: " << printable(to_string(error)) << "\n";
  return exit_code_of(error);
}

}  // namespace rapport
