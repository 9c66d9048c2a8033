#include "tools/rapport/terminal/confirm.h"

#include <iostream>
#include <string>

#include "tools/rapport/terminal/terminal.h"

namespace rapport {

Result<void> check_askable() {
  if (stdin_is_terminal() && stderr_is_terminal()) return {};
  return Error{Errc::invalid_argument, "without a terminal to ask on, this takes --yes"};
}

Result<bool> confirm(std::string_view question, bool yes) {
  if (yes) return true;
  RAPPORT_TRY(check_askable());
  std::cerr << question << " [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

}  // namespace rapport
