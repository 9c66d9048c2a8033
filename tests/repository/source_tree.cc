#include "tests/repository/source_tree.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace rapport::repository {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 4> kNotOurs{".git", "build", "rapport-data", "node_modules"};

std::vector<SourceFile> read_tree() {
  std::vector<SourceFile> out;
  for (auto it = fs::recursive_directory_iterator("."); it != fs::recursive_directory_iterator(); ++it) {
    const std::string name = it->path().filename().string();
    if (std::find(kNotOurs.begin(), kNotOurs.end(), name) != kNotOurs.end()) {
      it.disable_recursion_pending();
    } else if (it->is_regular_file()) {
      std::ifstream in(it->path(), std::ios::binary);
      out.push_back({it->path().lexically_normal().generic_string(),
                     std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>())});
    }
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return out;
}

}  // namespace

const std::vector<SourceFile>& source_tree() {
  static const std::vector<SourceFile> kTree = read_tree();
  return kTree;
}

std::vector<std::string_view> lines(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const auto end = text.find('\n');
    out.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

std::string at_line(const SourceFile& file, std::size_t line) { return file.path + ":" + std::to_string(line); }

}  // namespace rapport::repository
