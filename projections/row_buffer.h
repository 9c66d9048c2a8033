// The rows of one fold step, gathered in any order of kinds and handed on in key order: RocksDB takes sorted keys much
// faster (docs/rows.md has the figures).
//
// Invariants: within one kind, rows are put in key order by the caller, who goes through the streams in key order, but
// for index rows, which are sorted here; a range is erased before anything is put. Not thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "projections/store/store.h"

namespace rapport {

class RowBuffer {
 public:
  // The first byte of `key` is its kind.
  void put(std::string_view key, std::string_view value);
  void erase(std::string_view key);
  void erase_range(std::string from, std::string to);
  // Adds everything to `batch` and starts over.
  void move_into(RowBatch& batch);

 private:
  struct Entry {
    std::size_t begin;
    std::uint32_t key_size, value_size;
    bool erased = false;
  };
  void add(std::string_view key, std::string_view value, bool erased);
  std::string_view key_of(const Entry& entry) const {
    return std::string_view(bytes_).substr(entry.begin, entry.key_size);
  }

  std::string bytes_;
  std::vector<Entry> by_kind_[256];
  std::vector<std::pair<std::string, std::string>> ranges_;
};

}  // namespace rapport
