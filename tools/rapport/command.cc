#include "tools/rapport/command.h"

#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iostream>

#include "engine/seal/key_file.h"
#include "tools/rapport/terminal/terminal.h"

namespace rapport {
namespace {

// A line of the terminal that is not shown while it is typed.
std::string ask_unseen(const char* question) {
  termios before{};
  const bool has_echo = ::tcgetattr(STDIN_FILENO, &before) == 0;
  termios unseen = before;
  unseen.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  std::cerr << question << std::flush;
  if (has_echo) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &unseen);
  std::string line;
  std::getline(std::cin, line);
  if (has_echo) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
  std::cerr << "\n";
  return line;
}

}  // namespace

Result<ApiClient> ServerOptions::connect() const {
  ApiConnection connection{.url = url, .key = key};
  if (!key_file.empty()) {
    RAPPORT_TRY(check_key_file(key_file));
    std::ifstream in(key_file);
    if (!std::getline(in, connection.key)) return Error{Errc::not_found, "cannot be read", key_file};
  } else if (key.empty() && stdin_is_terminal() && stderr_is_terminal()) {
    connection.key = ask_unseen("API key (or set RAPPORT_KEY): ");
  }
  return ApiClient::open(connection);
}

void add_server_options(CLI::App& command, ServerOptions& options) {
  command.add_option("--url", options.url, "The server")->envname("RAPPORT_URL")->capture_default_str();
  command.add_option("--key-file", options.key_file, "A file whose first line is the API key (or set RAPPORT_KEY)");
  // From the environment only: a key on the command line is seen by every process of the machine.
  if (const char* key = std::getenv("RAPPORT_KEY")) options.key = key;
  command.add_flag("--json", options.json, "One JSON document, or one a line for a list");
}

bool is_typed(const CLI::App& command, const std::string& option) {
  const std::vector<CLI::Option*>& typed = command.parse_order();  // without those that the environment says
  return std::find(typed.begin(), typed.end(), command.get_option_no_throw(option)) != typed.end();
}

void on_run(CLI::App& command, Run& run, std::function<Result<ExitCode>()> body) {
  command.callback([&run, act = std::move(body)] {
    try {
      const auto ended = act();
      run.exit = ended ? *ended : report(ended.error());
    } catch (const std::exception& fault) {
      // An answer that has not the shape it must have (another program, another version), or our own bug.
      run.exit = report({Errc::internal, fault.what()});
    }
  });
}

}  // namespace rapport
