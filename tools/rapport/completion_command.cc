// rapport completion: words for the shell, from the commands there are.
#include <iostream>
#include <memory>

#include "tools/rapport/command.h"
#include "tools/rapport/command_line.h"

namespace rapport {
namespace {

void print_words(std::ostream& out, const CLI::App& app) {
  for (const CLI::App* sub : commands_of(app)) out << sub->get_name() << " ";
  for (const CLI::Option* option : options_of(app)) {
    for (const std::string& name : option->get_lnames()) out << "--" << name << " ";
  }
}

// "rapport contact", "rapport contact get" and so on.
void append_paths(std::vector<std::string>& paths, const CLI::App& app, const std::string& path) {
  for (const CLI::App* sub : commands_of(app)) {
    const std::string longer = path + " " + sub->get_name();
    paths.push_back(longer);
    append_paths(paths, *sub, longer);
  }
}

std::string quoted_paths(const CLI::App& program, std::string_view between) {
  std::vector<std::string> paths;
  append_paths(paths, program, "rapport");
  std::string out;
  for (const std::string& path : paths) {
    if (!out.empty()) out.append(between);
    out.append("\"").append(path).append("\"");
  }
  return out;
}

// One case per command path, "rapport contact", so that a word is offered where it fits.
void print_cases(std::ostream& out, const CLI::App& app, const std::string& path) {
  out << "    \"" << path << "\") words=\"";
  print_words(out, app);
  out << "\";;\n";
  for (const CLI::App* sub : commands_of(app)) {
    print_cases(out, *sub, path + " " + sub->get_name());
  }
}

// Only words that name a command lead on: arguments and the values of options stand between and behind them. `at` is
// not called path, which in zsh is PATH.
void print_bash(std::ostream& out, const CLI::App& program) {
  out << "_rapport() {\n  local at=rapport word words=\n"
         "  for word in \"${COMP_WORDS[@]:1:$((COMP_CWORD - 1))}\"; do\n"
         "    case \"$at $word\" in\n    "
      << quoted_paths(program, "|") << ") at+=\" $word\";;\n    esac\n  done\n  case \"$at\" in\n";
  print_cases(out, program, "rapport");
  out << "  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
         "  [[ ${#COMPREPLY[@]} -gt 0 ]] || COMPREPLY=($(compgen -f -- \"${COMP_WORDS[COMP_CWORD]}\"))\n}\n"
         "complete -F _rapport rapport\n";
}

// A line per command and option, offered where the words before are its path.
void print_fish(std::ostream& out, const CLI::App& app, const std::string& path) {
  const auto quoted = [](std::string text) {
    for (std::size_t at = 0; (at = text.find_first_of("\\'", at)) != std::string::npos; at += 2) text.insert(at, "\\");
    return "'" + text + "'";
  };
  const std::string here = "complete -c rapport -n '__rapport_at \"" + path + "\"' ";
  for (const CLI::App* sub : commands_of(app)) {
    out << here << "-f -a " << sub->get_name() << " -d " << quoted(sub->get_description()) << "\n";
  }
  for (const CLI::Option* option : options_of(app)) {
    for (const std::string& name : option->get_lnames()) {
      out << here << (option->get_items_expected_max() > 0 ? "-r -F " : "-f ") << "-l " << name << " -d "
          << quoted(option->get_description()) << "\n";
    }
  }
  if (commands_of(app).empty()) out << "complete -c rapport -F -n '__rapport_at \"" << path << "\"'\n";
  for (const CLI::App* sub : commands_of(app)) print_fish(out, *sub, path + " " + sub->get_name());
}

void print_fish(std::ostream& out, const CLI::App& program) {
  out << "function __rapport_at\n  set -l at rapport\n  for word in (commandline -opc)[2..]\n"
         "    contains -- \"$at $word\" "
      << quoted_paths(program, " ") << "; and set at \"$at $word\"\n  end\n  test \"$argv[1]\" = \"$at\"\nend\n";
  print_fish(out, program, "rapport");
}

}  // namespace

void add_completion_command(CLI::App& program, Run& run) {
  const auto shell = std::make_shared<std::string>("bash");
  CLI::App& command =
      *program.add_subcommand("completion", "Completion for a shell: source <(rapport completion bash)");
  command.add_option("shell", *shell, "bash, zsh or fish")
      ->check(CLI::IsMember({"bash", "zsh", "fish"}))
      ->capture_default_str();
  on_run(command, run, [&program, shell]() -> Result<ExitCode> {
    if (*shell == "zsh") std::cout << "autoload -U +X bashcompinit && bashcompinit\n";
    *shell == "fish" ? print_fish(std::cout, program) : print_bash(std::cout, program);
    return ExitCode::done;
  });
}

}  // namespace rapport
