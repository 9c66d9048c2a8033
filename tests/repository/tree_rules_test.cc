// Rules about the tree as a whole, each from CONTRIBUTING.md's style card.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <set>

#include "tests/repository/source_tree.h"

namespace rapport::repository {
namespace {

constexpr std::size_t kLinesMax = 400;

struct LongFile {
  std::string_view path;
  std::string_view why;  // it is one noun all the same
};
constexpr std::array<LongFile, 1> kLongFiles{{
    {"engine/http/session.cc", "one connection: its reading, answering and closing share one deadline and one buffer"},
}};

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

TEST(Tree, NoFileIsTooLong) {
  for (const auto& file : source_tree()) {
    const bool allowed =
        std::any_of(kLongFiles.begin(), kLongFiles.end(), [&](const auto& l) { return l.path == file.path; });
    if (file.is_cpp() && !allowed) {
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
