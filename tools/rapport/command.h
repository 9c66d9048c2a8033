// The program's commands: each adds itself to the command line, and runs where it was the one typed.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <functional>
#include <string>

#include "tools/rapport/api_client.h"
#include "tools/rapport/exit_code.h"

namespace rapport {

inline constexpr const char* kProgramVersion = "0.1.0";

// What a run of the program comes to.
struct Run {
  ExitCode exit = ExitCode::done;
};

// --url, --key-file, RAPPORT_URL and RAPPORT_KEY, of a command that talks to a server. Where no key is given and a
// person is there, it is asked for.
struct ServerOptions {
  std::string url = "http://127.0.0.1:8080";
  std::string key;
  std::string key_file;
  bool json = false;

  // Errors: invalid_argument; not_found (the key file).
  [[nodiscard]] Result<ApiClient> connect() const;
};
void add_server_options(CLI::App& command, ServerOptions& options);

// Whether the command line itself says the option. What a shell has exported for another command must not decide what
// this one works on.
bool is_typed(const CLI::App& command, const std::string& option);

// Runs `body` when the command was typed; an Error of it, or an exception that leaves it, is reported.
void on_run(CLI::App& command, Run& run, std::function<Result<ExitCode>()> body);

// All of them.
void add_commands(CLI::App& program, Run& run);

void add_serve_command(CLI::App& program, Run& run);
void add_verify_command(CLI::App& program, Run& run);
void add_publish_command(CLI::App& program, Run& run);
void add_import_command(CLI::App& program, Run& run);
// rapport import csv and contacts, below `import`.
void add_contact_imports(CLI::App& import, Run& run);
void add_contact_command(CLI::App& program, Run& run);
void add_catalogue_commands(CLI::App& program, Run& run);
void add_timeline_command(CLI::App& program, Run& run);
void add_tail_command(CLI::App& program, Run& run);
void add_backup_command(CLI::App& program, Run& run);
void add_restore_command(CLI::App& program, Run& run);
void add_revert_command(CLI::App& program, Run& run);
void add_blame_command(CLI::App& program, Run& run);
void add_diff_command(CLI::App& program, Run& run);
void add_doctor_command(CLI::App& program, Run& run);
void add_status_command(CLI::App& program, Run& run);
void add_rebuild_command(CLI::App& program, Run& run);
void add_log_command(CLI::App& program, Run& run);
void add_parked_command(CLI::App& program, Run& run);
void add_keys_command(CLI::App& program, Run& run);
void add_generate_command(CLI::App& program, Run& run);
void add_completion_command(CLI::App& program, Run& run);
void add_man_command(CLI::App& program, Run& run);

}  // namespace rapport
