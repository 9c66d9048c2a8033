#include "tools/rapport/operate/config_file.h"

#include <CLI/Config.hpp>
#include <filesystem>
#include <fstream>

namespace rapport {
namespace {

// Said, and of a flag not that it is off.
bool is_on(const CLI::Option& option) {
  return option.count() > 0 && (option.get_items_expected_max() > 0 || option.as<bool>());
}

// As the command line is looked at, which was all that was there when CLI11 did.
Result<void> check_together(const CLI::App& command, const std::string& path) {
  for (const CLI::Option* option : command.get_options()) {
    if (!is_on(*option)) continue;
    for (const CLI::Option* other : option->get_excludes()) {
      if (is_on(*other)) {
        return Error{Errc::invalid_argument, option->get_name() + " does not go with " + other->get_name(), path};
      }
    }
    for (const CLI::Option* other : option->get_needs()) {
      if (!is_on(*other)) {
        return Error{Errc::invalid_argument, option->get_name() + " needs " + other->get_name(), path};
      }
    }
  }
  return {};
}

}  // namespace

Result<void> apply_config_file(CLI::App& command, const std::string& path, CLI::App* whose) {
  std::ifstream in(path);
  if (!in || std::filesystem::is_directory(path)) return Error{Errc::invalid_argument, "cannot be read", path};
  std::vector<CLI::ConfigItem> items;
  try {
    items = CLI::ConfigTOML().from_config(in);
  } catch (const CLI::Error& error) {
    return Error{Errc::invalid_argument, error.what(), path};
  }
  for (const CLI::ConfigItem& item : items) {
    // How CLI11 marks where a section begins and ends.
    if (item.name == "++" || item.name == "--") continue;
    const std::string where = path + ": " + item.fullname();
    CLI::Option* option = item.parents.empty() ? command.get_option_no_throw("--" + item.name) : nullptr;
    const bool is_anothers =
        whose != nullptr && item.parents.empty() && whose->get_option_no_throw("--" + item.name) != nullptr;
    if (option == nullptr && is_anothers) continue;
    if (option == nullptr || item.name == "config" || item.name == "help") {
      return Error{Errc::invalid_argument, "is no option of " + command.get_name(), where};
    }
    if (option->count() > 0) continue;
    try {
      option->add_result(item.inputs);
      option->run_callback();
    } catch (const CLI::Error& error) {
      return Error{Errc::invalid_argument, error.what(), where};
    }
  }
  return check_together(command, path);
}

}  // namespace rapport
