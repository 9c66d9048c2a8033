// A file that is open for as long as this is, and what it takes to write one whole.
#pragma once

#include <filesystem>
#include <string_view>

#include "events/result.h"

namespace rapport {

class FileHandle {
 public:
  // As open(2), which says why in errno where get() is negative then; not handed on to other programs.
  FileHandle(const std::filesystem::path& path, int flags, unsigned mode = 0644);
  ~FileHandle();
  FileHandle(const FileHandle&) = delete;
  FileHandle& operator=(const FileHandle&) = delete;
  int get() const { return handle_; }

 private:
  int handle_;
};

// All bytes. Errors of both: storage_failed, with the path as field.
[[nodiscard]] Result<void> write_all(const FileHandle& to, const std::filesystem::path& path, std::string_view bytes);
[[nodiscard]] Result<void> sync_file(const FileHandle& file, const std::filesystem::path& path);

}  // namespace rapport
