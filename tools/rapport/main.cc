// rapport: an event-sourced contact timeline engine, its clients and its tools, in one program.
#include "tools/rapport/command.h"

int main(int argc, char** argv) {
  CLI::App program("Rapport keeps what happened to each contact, and what that makes of them");
  program.name("rapport");
  program.set_version_flag("--version", std::string("rapport ") + rapport::kProgramVersion);
  program.require_subcommand(1);
  program.get_formatter()->column_width(34);
  rapport::Run run;
  rapport::add_serve_command(program, run);
  rapport::add_publish_command(program, run);
  rapport::add_import_command(program, run);
  rapport::add_contact_command(program, run);
  rapport::add_timeline_command(program, run);
  rapport::add_status_command(program, run);
  rapport::add_rebuild_command(program, run);
  rapport::add_verify_command(program, run);
  rapport::add_parked_command(program, run);
  rapport::add_log_command(program, run);
  rapport::add_keys_command(program, run);
  rapport::add_generate_command(program, run);
  rapport::add_completion_command(program, run);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = program.exit(error);
    return code == 0 ? 0 : static_cast<int>(rapport::ExitCode::usage);
  }
  return static_cast<int>(run.exit);
}
