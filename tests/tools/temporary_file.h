// A file for one test, gone when the test is over.
#pragma once

#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "events/event.h"

namespace rapport {

class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view content = "")
      : path_((std::filesystem::temp_directory_path() / ("rapport-test-" + make_event_id())).string()) {
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::string& path() const { return path_; }

  std::string content() const {
    std::ostringstream text;
    text << std::ifstream(path_, std::ios::binary).rdbuf();
    return text.str();
  }

 private:
  std::string path_;
};

inline std::string gzipped(std::string_view content) {
  const TemporaryFile file;
  const gzFile out = gzopen(file.path().c_str(), "wb");
  gzwrite(out, content.data(), static_cast<unsigned>(content.size()));
  gzclose(out);
  return file.content();
}

}  // namespace rapport
