#include "tools/rapport/program.h"

#include <algorithm>
#include <iostream>
#include <map>

#include "tools/rapport/command.h"
#include "tools/rapport/command_line.h"
#include "tools/rapport/terminal/terminal.h"

namespace rapport {
namespace {

void set_up(CLI::App& program) {
  program.name("rapport");
  program.set_help_flag("--help", "All of it; -h is the short of it, with examples");
  program.set_version_flag("--version", std::string("rapport ") + kProgramVersion);
  program.require_subcommand(1);
  program.fallthrough();
  program.get_formatter()->column_width(34);
  const std::map<std::string, ColourWhen> names{
      {"auto", ColourWhen::terminal}, {"always", ColourWhen::always}, {"never", ColourWhen::never}};
  program
      .add_option_function<ColourWhen>(
          "--color", [](ColourWhen when) { set_colour(when); }, "auto (on a terminal), always or never")
      ->transform(CLI::CheckedTransformer(names).description(""))
      ->type_name("WHEN");
  program.footer(
      "Start here:\n"
      "  rapport serve --demo            an engine with sample contacts; prints its URL and key\n"
      "  rapport contact list            who is there\n"
      "  rapport timeline 57             what happened to one of them\n\n"
      "Exit codes: 0 done, 1 the answer is no, 2 usage, 3 server unreachable, 4 refused, 130 interrupted.");
}

// Output that is cut must not look like all of it: a stream keeps its failure to itself until it is asked.
int ended_with(ExitCode exit) {
  if (!std::cout.flush()) {
    const ExitCode failed = report({Errc::storage_failed, "stdout cannot be written"});
    if (exit == ExitCode::done) exit = failed;
  }
  return static_cast<int>(exit);
}

}  // namespace

void add_commands(CLI::App& program, Run& run) {
  add_serve_command(program, run);
  add_publish_command(program, run);
  add_import_command(program, run);
  add_contact_command(program, run);
  add_catalogue_commands(program, run);
  add_timeline_command(program, run);
  add_tail_command(program, run);
  add_blame_command(program, run);
  add_diff_command(program, run);
  add_revert_command(program, run);
  add_status_command(program, run);
  add_doctor_command(program, run);
  add_rebuild_command(program, run);
  add_verify_command(program, run);
  add_backup_command(program, run);
  add_restore_command(program, run);
  add_parked_command(program, run);
  add_log_command(program, run);
  add_keys_command(program, run);
  add_generate_command(program, run);
  add_completion_command(program, run);
  add_man_command(program, run);
}

int run_program(int argc, const char* const* argv) {
  const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  const auto says = [&](const char* word) { return std::find(words.begin(), words.end(), word) != words.end(); };
  CLI::App program("Rapport keeps what happened to each contact, and what that makes of them");
  set_up(program);
  Run run;
  add_commands(program, run);
  set_colour(ColourWhen::terminal);
  report_as_json(says("--json"));
  const NamedCommand named = named_command(program, words);
  if (named.unknown) return static_cast<int>(report(unknown_command(named)));
  if (says("-h")) {
    std::cout << short_help(named);
    return ended_with(ExitCode::done);
  }
  try {
    program.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    return ended_with(static_cast<ExitCode>(program.exit(asked)));
  } catch (const CLI::ParseError& error) {
    return static_cast<int>(report(usage_error(program, named, error)));
  }
  return ended_with(run.exit);
}

}  // namespace rapport
