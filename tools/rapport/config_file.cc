#include "tools/rapport/config_file.h"

#include <CLI/Config.hpp>
#include <filesystem>
#include <fstream>

namespace rapport {

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
  return {};
}

}  // namespace rapport
