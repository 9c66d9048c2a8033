#include "tools/rapport/program.h"

#include <map>
#include <optional>

#include "tools/rapport/command.h"
#include "tools/rapport/spelling.h"
#include "tools/rapport/terminal.h"

namespace rapport {
namespace {

// CLI11 says of a misspelt command only that one is required.
std::optional<Error> misspelt_command(const CLI::App& program, int argc, const char* const* argv) {
  const CLI::App* app = &program;
  std::string path = program.get_name();
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto commands = app->get_subcommands([](const CLI::App*) { return true; });
    if (commands.empty() || word.starts_with('-')) return std::nullopt;
    const CLI::App* found = nullptr;
    std::vector<std::string> names;
    for (const CLI::App* command : commands) {
      names.push_back(command->get_name());
      if (command->get_name() == word) found = command;
    }
    if (found == nullptr) {
      const auto meant = nearest_word(word, names);
      return Error{Errc::invalid_argument,
                   "there is no such command" + (meant ? "; did you mean " + *meant + "?" : "") + " (" + path +
                       " --help lists them)",
                   word};
    }
    app = found;
    path += " " + word;
  }
  return std::nullopt;
}

}  // namespace

int run_program(int argc, const char* const* argv) {
  CLI::App program("Rapport keeps what happened to each contact, and what that makes of them");
  program.name("rapport");
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
  Run run;
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
  set_colour(ColourWhen::terminal);
  if (const auto error = misspelt_command(program, argc, argv)) return static_cast<int>(report(*error));
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::usage);
  }
  return static_cast<int>(run.exit);
}

}  // namespace rapport
