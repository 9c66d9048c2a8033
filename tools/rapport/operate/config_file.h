// Options of a command out of a TOML file: `data = "/var/lib/rapport"` is --data.
//
// Invariants: a flag and the environment come before the file, the file before the default.
#pragma once

#include <CLI/App.hpp>
#include <string>

#include "events/result.h"

namespace rapport {

// Gives each option of the command that has no value yet the file's. Call it when the command line has been parsed.
// `whose`: the file is that command's, and what only it takes is passed over.
// Errors: not_found (the file), invalid_argument (not TOML, an option that the command does not have, a value that it
// does not take), with the option as the field.
[[nodiscard]] Result<void> apply_config_file(CLI::App& command, const std::string& path, CLI::App* whose = nullptr);

}  // namespace rapport
