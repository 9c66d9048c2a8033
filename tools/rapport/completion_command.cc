// rapport completion: words for the shell, from the commands there are.
#include <iostream>
#include <memory>

#include "tools/rapport/command.h"

namespace rapport {
namespace {

void print_words(std::ostream& out, const CLI::App& app) {
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) out << sub->get_name() << " ";
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) out << "--" << name << " ";
  }
}

// One case per command path, "rapport contact", so that a word is offered where it fits.
void print_cases(std::ostream& out, const CLI::App& app, const std::string& path) {
  out << "    \"" << path << "\") words=\"";
  print_words(out, app);
  out << "\";;\n";
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    print_cases(out, *sub, path + " " + sub->get_name());
  }
}

void print_bash(std::ostream& out, const CLI::App& program) {
  out << "_rapport() {\n  local path=rapport word words=\n"
         "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
         "    [[ $word == -* ]] || path+=\" $word\"\n  done\n  case \"$path\" in\n";
  print_cases(out, program, "rapport");
  out << "  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
         "  [[ ${#COMPREPLY[@]} -gt 0 ]] || COMPREPLY=($(compgen -f -- \"${COMP_WORDS[COMP_CWORD]}\"))\n}\n"
         "complete -F _rapport rapport\n";
}

}  // namespace

void add_completion_command(CLI::App& program, Run& run) {
  const auto shell = std::make_shared<std::string>("bash");
  CLI::App& command =
      *program.add_subcommand("completion", "Completion for a shell: source <(rapport completion bash)");
  command.add_option("shell", *shell, "bash or zsh")->check(CLI::IsMember({"bash", "zsh"}))->capture_default_str();
  on_run(command, run, [&program, shell]() -> Result<ExitCode> {
    if (*shell == "zsh") std::cout << "autoload -U +X bashcompinit && bashcompinit\n";
    print_bash(std::cout, program);
    return ExitCode::done;
  });
}

}  // namespace rapport
