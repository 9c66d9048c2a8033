// A directory of which a test says that its disk is full: there writes fail, and so does setting room aside. Other
// files are written as ever, so that one store of an engine is full and the others are not.
//
// It stands before the C library's calls, in every test that is linked with it.
#pragma once

#include <filesystem>

namespace rapport {

// One at a time.
class FullDirectory {
 public:
  explicit FullDirectory(const std::filesystem::path& directory);
  ~FullDirectory();
  FullDirectory(const FullDirectory&) = delete;
  FullDirectory& operator=(const FullDirectory&) = delete;
};

}  // namespace rapport
