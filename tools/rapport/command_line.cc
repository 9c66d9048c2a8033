#include "tools/rapport/command_line.h"

#include <CLI/Error.hpp>
#include <algorithm>

#include "tools/rapport/examples.h"
#include "tools/rapport/terminal/columns.h"
#include "tools/rapport/terminal/spelling.h"

namespace rapport {
namespace {

constexpr std::size_t kExampleColumns = 46;  // beyond which what it does stands on a line of its own
constexpr std::size_t kTextColumns = 96;

std::string spoken(const NamedCommand& named) { return named.path.empty() ? "rapport" : "rapport " + named.path; }

std::string padded(std::string text, std::size_t width) {
  const std::size_t taken = columns_of(text);
  if (taken < width) text.append(width - taken, ' ');
  return text;
}

void append_examples(std::string& out, const NamedCommand& named) {
  const auto all = examples_of(named.path);
  std::size_t width = 0;
  for (const Example& one : all) width = std::max(width, one.line.size());
  for (const Example& one : all) {
    out += padded("  rapport " + std::string(one.line), one.what.empty() ? 0 : std::min(width, kExampleColumns) + 12);
    if (!one.what.empty()) out.append("  ").append(one.what);
    out += '\n';
  }
  if (!all.empty()) out += '\n';
}

void append_wrapped(std::string& out, const std::string& head, const std::vector<std::string>& words) {
  std::string line = head;
  for (const std::string& word : words) {
    if (line.size() + 1 + word.size() > kTextColumns) {
      out.append(line).append("\n");
      line.assign(head.size(), ' ');
    }
    line.append(" ").append(word);
  }
  out.append(line).append("\n");
}

}  // namespace

// To CLI11 a group of options is a command, too, one without a name.
std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* command) { return !command->get_name().empty(); });
}

std::vector<const CLI::Option*> options_of(const CLI::App& app) {
  std::vector<const CLI::Option*> out = app.get_options();
  for (const CLI::App* group : app.get_subcommands([](const CLI::App* one) { return one->get_name().empty(); })) {
    const auto more = options_of(*group);
    out.insert(out.end(), more.begin(), more.end());
  }
  return out;
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> out;
  for (const CLI::Option* option : options_of(app)) {
    if (!option->get_lnames().empty()) {
      out.push_back("--" + option->get_lnames().front());
    } else if (!option->get_snames().empty()) {
      out.push_back("-" + option->get_snames().front());
    }
  }
  return out;
}

NamedCommand named_command(const CLI::App& program, const std::vector<std::string>& words) {
  NamedCommand out{&program, "", std::nullopt};
  for (const std::string& word : words) {
    const auto commands = commands_of(*out.app);
    if (commands.empty() || word.starts_with('-')) break;
    const auto found = std::find_if(commands.begin(), commands.end(),
                                    [&](const CLI::App* command) { return command->get_name() == word; });
    if (found == commands.end()) {
      out.unknown = word;
      break;
    }
    out.app = *found;
    out.path += (out.path.empty() ? "" : " ") + word;
  }
  return out;
}

Error unknown_command(const NamedCommand& named) {
  std::vector<std::string> names;
  for (const CLI::App* command : commands_of(*named.app)) names.push_back(command->get_name());
  const auto meant = nearest_word(*named.unknown, names);
  return {Errc::invalid_argument,
          "there is no such command" + (meant ? "; did you mean " + *meant + "?" : "") + " (" + spoken(named) +
              " -h lists them)",
          *named.unknown};
}

Error usage_error(const CLI::App& program, const NamedCommand& named, const CLI::ParseError& error) {
  const std::string look = " (" + spoken(named) + " -h shows how)";
  if (error.get_exit_code() != static_cast<int>(CLI::ExitCodes::ExtrasError)) {
    return {Errc::invalid_argument, error.what() + look};
  }
  // CLI11 gives them the last first.
  std::vector<std::string> extras = program.remaining(true);
  const auto option =
      std::find_if(extras.rbegin(), extras.rend(), [](const std::string& word) { return word.starts_with('-'); });
  if (option == extras.rend()) {
    return {Errc::invalid_argument, "is one argument too many" + look, extras.empty() ? "" : extras.back()};
  }
  std::vector<std::string> names = option_names(*named.app);
  for (const std::string& name : option_names(program)) names.push_back(name);
  const auto meant = nearest_word(option->substr(0, option->find('=')), names);
  return {Errc::invalid_argument, "is no option here" + (meant ? "; did you mean " + *meant + "?" : "") + look,
          *option};
}

std::string short_help(const NamedCommand& named) {
  std::string out = named.app->get_description() + "\n\n";
  append_examples(out, named);
  const auto commands = commands_of(*named.app);
  if (!commands.empty()) {
    for (const CLI::App* command : commands) {
      out.append("  ").append(padded(command->get_name(), 12)).append(command->get_description()).append("\n");
    }
    out.append("\n").append(spoken(named)).append(" COMMAND -h: examples of one; --help: all of it\n");
    return out;
  }
  std::vector<std::string> names = option_names(*named.app);
  std::erase(names, "--help");
  append_wrapped(out, "Options:", names);
  return out.append(spoken(named)).append(" --help says what each does\n");
}

}  // namespace rapport
