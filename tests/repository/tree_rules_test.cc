// Rules about the tree as a whole, each from CONTRIBUTING.md's style card.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/repository/source_tree.h"

namespace rapport::repository {
namespace {

constexpr std::size_t kLinesMax = 400;

// A name that says nothing: what has no name yet has not been understood yet.
const std::set<std::string_view> kDrawers{"util", "utils", "common", "helper", "helpers", "misc", "manager"};

// Put together here, so that this file does not break its own rule.
const std::array<std::string, 7> kUnfinished{std::string("TO") + "DO",       std::string("FIX") + "ME",
                                             std::string("XX") + "X",        std::string("not imple") + "mented",
                                             std::string("GTEST_") + "SKIP", std::string("DIS") + "ABLED_",
                                             std::string("<<<<") + "<<< "};

std::string_view stem_of(std::string_view path) {
  path.remove_prefix(path.rfind('/') + 1);
  return path.substr(0, path.find('.'));
}

// The words of a path, as '/', '.', '_' and '-' divide them.
std::vector<std::string_view> words_of(std::string_view path) {
  std::vector<std::string_view> out;
  while (!path.empty()) {
    const auto end = path.find_first_of("/._-");
    out.push_back(path.substr(0, end));
    path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
  }
  return out;
}

bool has_word(std::string_view text, std::string_view word) {
  const auto part_of_word = [&](std::size_t at) {
    return at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) != 0 || text[at] == '_');
  };
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    if ((at == 0 || !part_of_word(at - 1)) && !part_of_word(at + word.size())) return true;
  }
  return false;
}

// The name of the type whose definition begins on this line; empty: there is none. One within another type is not
// meant.
std::string_view defined_type(std::string_view line) {
  for (const std::string_view kind : {"struct ", "class ", "enum class ", "union "}) {
    if (!line.starts_with(kind)) continue;
    line.remove_prefix(kind.size());
    const std::string_view name = line.substr(0, line.find_first_of(" :{;<"));
    const std::string_view rest = line.substr(name.size());
    const bool defines = !rest.starts_with("::") && !rest.starts_with('<') && !rest.ends_with(';');
    return defines ? name : std::string_view();
  }
  return {};
}

// Of the files that a program is made of, each type's name with its namespaces, and where it is defined.
std::map<std::string, std::vector<std::string>> type_definitions() {
  constexpr std::string_view kNamespace = "namespace ";
  std::map<std::string, std::vector<std::string>> out;
  for (const auto& file : source_tree()) {
    if (!file.is_cpp()) continue;
    std::vector<std::string> within;  // an unnamed one is the file's own
    for (const std::string_view line : lines(file.text)) {
      if (line.starts_with("}  // namespace") && !within.empty()) within.pop_back();
      if (line.starts_with(kNamespace) && line.ends_with('{')) {
        const std::string_view name = line.substr(kNamespace.size());
        within.emplace_back(name.substr(0, name.find_first_of(" {")));
      }
      const std::string_view name = defined_type(line);
      if (name.empty() || std::find(within.begin(), within.end(), "") != within.end()) continue;
      std::string whole;
      for (const std::string& each : within) whole += each + "::";
      whole += name;
      out[whole].push_back(file.path);
    }
  }
  return out;
}

// The linker takes two types of one name for one, and keeps one of two functions that are made of them: std::vector's
// of the one would move the other's bytes.
TEST(Tree, NoTwoTypesHaveOneName) {
  const auto definitions = type_definitions();
  EXPECT_EQ(definitions.count("rapport::Visit"), 1u);  // or the lines are read wrongly
  for (const auto& [name, files] : definitions) {
    EXPECT_EQ(files.size(), 1u) << name << " in " << files.front() << " and " << files.back();
  }
}

TEST(Tree, NoFileIsTooLong) {
  for (const auto& file : source_tree()) {
    if (file.is_cpp()) {
      EXPECT_LE(lines(file.text).size(), kLinesMax) << file.path << ": look for the second noun in it";
    }
  }
}

TEST(Tree, NoFileIsADrawer) {
  for (const auto& file : source_tree()) {
    for (const auto word : words_of(file.path)) EXPECT_FALSE(kDrawers.contains(word)) << file.path;
  }
}

TEST(Tree, NothingIsLeftUnfinished) {
  for (const auto& file : source_tree()) {
    if (!file.is_cpp() && !file.path.starts_with("tools/")) continue;
    std::size_t number = 0;
    for (const auto line : lines(file.text)) {
      ++number;
      for (const auto& word : kUnfinished) EXPECT_EQ(line.find(word), std::string_view::npos) << at_line(file, number);
    }
  }
}

TEST(Tree, NoPathOfOneMachine) {
  const auto top = std::filesystem::current_path();
  std::vector<std::string> paths{std::string("/ho") + "me/", std::string("/Us") + "ers/"};
  if (top.has_relative_path() && top.parent_path().has_relative_path()) paths.push_back(top.string());
  for (const auto& file : source_tree()) {
    std::size_t number = 0;
    for (const auto line : lines(file.text)) {
      ++number;
      for (const auto& path : paths) EXPECT_EQ(line.find(path), std::string_view::npos) << at_line(file, number);
    }
  }
}

// "[operate.md](docs/operate.md)": from the page's own folder, but for another site or a heading of the same page.
TEST(Tree, LinksOfPagesLeadSomewhere) {
  constexpr std::string_view kLink = "](";
  for (const auto& file : source_tree()) {
    if (!file.path.ends_with(".md")) continue;
    const std::string_view text = file.text;
    for (auto at = text.find(kLink); at != std::string_view::npos; at = text.find(kLink, at + 1)) {
      const auto start = at + kLink.size();
      std::string_view target = text.substr(start, text.find(')', start) - start);
      target = target.substr(0, target.find('#'));
      if (target.empty() || target.starts_with("https://")) continue;
      EXPECT_TRUE(std::filesystem::exists(std::filesystem::path(file.path).parent_path() / target))
          << file.path << " leads to " << target;
    }
  }
}

TEST(Tree, EveryTestIsBuilt) {
  std::string cmake;
  for (const auto& file : source_tree()) {
    if (file.path.ends_with("CMakeLists.txt")) cmake += file.text;
  }
  for (const auto& file : source_tree()) {
    if (!file.path.ends_with("_test.cc")) continue;
    EXPECT_TRUE(file.path.starts_with("tests/")) << file.path << ": tests stand in tests/";
    EXPECT_TRUE(has_word(cmake, stem_of(file.path))) << file.path << " is in no CMakeLists.txt";
  }
}

TEST(Tree, EveryHeaderIsIncludedOnce) {
  for (const auto& file : source_tree()) {
    if (!file.path.ends_with(".h")) continue;
    EXPECT_TRUE(has_word(file.text, "#pragma once")) << file.path;
  }
}

}  // namespace
}  // namespace rapport::repository
