// rapport man: the manual page.
#include <iostream>

#include "tools/rapport/command.h"
#include "tools/rapport/manual.h"

namespace rapport {

void add_man_command(CLI::App& program, Run& run) {
  CLI::App& command = *program.add_subcommand("man", "The manual page: rapport man | man -l -");
  on_run(command, run, [&program]() -> Result<ExitCode> {
    write_manual(std::cout, program);
    return ExitCode::done;
  });
}

}  // namespace rapport
