// The repository's own files, as the tests of its rules read them. Tests run in the repository's top folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rapport::repository {

struct SourceFile {
  std::string path;  // from the top, with '/'
  std::string text;

  bool is_cpp() const { return path.ends_with(".h") || path.ends_with(".cc"); }
};

// Every file that is ours, in order of path: not what git, a build or a running engine writes.
const std::vector<SourceFile>& source_tree();

// The text's lines, without their ends.
std::vector<std::string_view> lines(std::string_view text);

// "path:line", for a failure that an editor can follow.
std::string at_line(const SourceFile& file, std::size_t line);

}  // namespace rapport::repository
