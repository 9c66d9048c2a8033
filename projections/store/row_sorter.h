// Sorts more rows than memory holds: full buffers are sorted and written as runs, which are merged when they are read
// (external merge sort: Knuth, The Art of Computer Programming, volume 3, 5.4).
//
// Invariants: rows of equal keys keep the order of their adding; at most two buffers and kRunsMax read buffers are in
// memory. After an error it is void. One thread adds and reads; a full buffer is sorted and written on a thread of its
// own meanwhile.
#pragma once

#include <cstdint>
#include <filesystem>
#include <future>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/result.h"

namespace rapport {

class RowSorter {
 public:
  static constexpr std::size_t kRunsMax = 256;  // merged at once: each is an open file and a read buffer

  // Runs are files of `directory`, made when the first one is; each is deleted behind the sorter. A buffer has less
  // than two gigabytes.
  RowSorter(std::filesystem::path directory, std::size_t buffer_bytes_max);
  ~RowSorter();

  // Errors of all: storage_failed, with the file's path as field.
  [[nodiscard]] Result<void> add(std::string_view key, std::string_view value) { return add(key, {value}); }
  // A value that stands in several pieces.
  [[nodiscard]] Result<void> add(std::string_view key, std::initializer_list<std::string_view> value);
  // No more comes. From then on the rows can be read, once.
  [[nodiscard]] Result<void> finish();

  // Whether there is a row; views are valid until next().
  bool valid() const;
  std::string_view key() const;
  std::string_view value() const;
  [[nodiscard]] Result<void> next();

 private:
  struct Buffer;
  class Run;
  class Merge;

  [[nodiscard]] Result<void> spill();
  [[nodiscard]] Result<void> wait_for_spill();
  [[nodiscard]] Result<void> merge_files();
  [[nodiscard]] static Result<void> write_rows(Merge& rows, const std::filesystem::path& path);
  std::filesystem::path next_file();

  const std::filesystem::path directory_;
  const std::size_t buffer_bytes_max_;
  std::unique_ptr<Buffer> filling_;
  std::future<Result<std::unique_ptr<Buffer>>> spilling_;  // gives the buffer back
  std::vector<std::filesystem::path> files_;
  std::size_t files_begun_ = 0;
  std::unique_ptr<Merge> merge_;
};

}  // namespace rapport
