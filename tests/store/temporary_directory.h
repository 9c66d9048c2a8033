// A directory of a test's own, deleted with everything in it when the test ends.
#pragma once

#include <filesystem>

namespace rapport {

class TemporaryDirectory {
 public:
  TemporaryDirectory();
  explicit TemporaryDirectory(const std::filesystem::path& parent);
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Where a test that makes thousands of stores makes them: in memory, on a system that has such a place.
std::filesystem::path fastest_directory();

}  // namespace rapport
