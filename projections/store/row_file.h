// Rows one behind the other in a file, each as it was added: what a sorter keeps on disk for a while. Internal to
// projections/store.
//
//   row = key size (4), value size (4), key, value     of this machine's byte order: no other one reads it
//
// Not thread-safe. Errors: storage_failed, with the file's path as field.
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "events/result.h"
#include "projections/store/file_handle.h"

namespace rapport {

struct RowHead {
  std::uint32_t key_size, value_size;

  std::size_t row_size() const { return sizeof(RowHead) + key_size + value_size; }
};

// Puts a row behind others; its value may stand in several pieces.
void append_row(std::string& rows, std::string_view key, std::initializer_list<std::string_view> value);

// Writes a file anew.
class RowFileWriter {
 public:
  explicit RowFileWriter(std::filesystem::path path);

  // A row whole, with its head.
  [[nodiscard]] Result<void> add(std::string_view row);
  [[nodiscard]] Result<void> add(std::string_view key, std::string_view value);
  [[nodiscard]] Result<void> finish();

 private:
  [[nodiscard]] Result<void> write_if_full();

  const std::filesystem::path path_;
  const FileHandle file_;
  const int open_error_;
  std::string buffer_;
};

class RowFileReader {
 public:
  explicit RowFileReader(std::filesystem::path path);

  // False: there is none.
  [[nodiscard]] Result<bool> next();
  // Valid until next().
  std::string_view key() const { return key_; }
  std::string_view value() const { return value_; }

 private:
  // Whether so many bytes more are there; they stand in the buffer then.
  [[nodiscard]] Result<bool> has(std::size_t size);
  [[nodiscard]] Result<bool> fill(std::size_t size);

  std::filesystem::path path_;
  std::unique_ptr<FileHandle> file_;
  int open_error_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0, begin_ = 0, end_ = 0;  // what is read and not given yet
  std::string_view key_, value_;
};

}  // namespace rapport
