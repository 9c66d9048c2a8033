// The table of CONTRIBUTING.md says what `tools/dev torture` runs: the same names and variables, and as often.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "tests/repository/source_tree.h"

namespace rapport::repository {
namespace {

std::string_view text_of(std::string_view path) {
  for (const auto& file : source_tree()) {
    if (file.path == path) return file.text;
  }
  return {};
}

// "kill  crash/kill_test  RAPPORT_KILLS=1000", between ROWS and ROWS.
std::map<std::string, std::string> rows_of_script() {
  std::map<std::string, std::string> out;
  bool inside = false;
  for (const auto line : lines(text_of("tools/dev"))) {
    if (line.ends_with("<<'ROWS'")) {
      inside = true;
    } else if (line == "ROWS") {
      inside = false;
    } else if (inside) {
      std::istringstream words{std::string(line)};
      std::string name, program, variable;
      words >> name >> program >> variable;
      out[name] = variable;
    }
  }
  return out;
}

// "| `kill` | ... | `RAPPORT_KILLS` |": by name, the whole row.
std::map<std::string, std::string> rows_of_page() {
  std::map<std::string, std::string> out;
  for (const auto line : lines(text_of("CONTRIBUTING.md"))) {
    const auto end = line.find("` |", 3);
    if (line.starts_with("| `") && line.find("`RAPPORT_") != std::string_view::npos) {
      out[std::string(line.substr(3, end - 3))] = line;
    }
  }
  return out;
}

// 1000 as the page writes it: 1,000.
std::string with_commas(std::string digits) {
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

TEST(TortureTable, IsWhatTheScriptRuns) {
  const auto script = rows_of_script(), page = rows_of_page();
  EXPECT_GT(script.size(), 5u);
  for (const auto& [name, variable] : script) {
    const auto row = page.find(name);
    ASSERT_NE(row, page.end()) << name << " is not in the table";
    const std::string named = "`" + variable.substr(0, variable.find('=')) + "`";
    EXPECT_NE(row->second.find(named), std::string::npos) << row->second << " does not name " << named;
    const std::string often = with_commas(variable.substr(variable.find('=') + 1));
    EXPECT_NE(row->second.find(often), std::string::npos) << row->second << " does not say " << often;
  }
  for (const auto& [name, row] : page) EXPECT_TRUE(script.contains(name)) << row << " is nothing that the script runs";
}

}  // namespace
}  // namespace rapport::repository
