// A command line before and beside its parsing: which command its words name, what is wrong with it, and the short help
// of it.
#pragma once

#include <CLI/App.hpp>
#include <optional>
#include <string>
#include <vector>

#include "events/result.h"

namespace rapport {

struct NamedCommand {
  const CLI::App* app = nullptr;
  std::string path;                    // "contact get"; empty: the program itself
  std::optional<std::string> unknown;  // the word that should be a command of `app`
};

// `words`: without the program's name.
NamedCommand named_command(const CLI::App& program, const std::vector<std::string>& words);

std::vector<const CLI::App*> commands_of(const CLI::App& app);
// Those of its groups, too.
std::vector<const CLI::Option*> options_of(const CLI::App& app);
// Every option's long name, "--where", else its short one; positionals have none.
std::vector<std::string> option_names(const CLI::App& app);

// A word that is no command, with the nearest that is.
Error unknown_command(const NamedCommand& named);
// Why CLI11 did not take the line, with the nearest option and where to look.
Error usage_error(const CLI::App& program, const NamedCommand& named, const CLI::ParseError& error);

// Examples first; --help has the whole.
std::string short_help(const NamedCommand& named);

}  // namespace rapport
