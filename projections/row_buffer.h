// The rows of one fold step, gathered in any order of kinds and handed on in key order: RocksDB takes sorted keys much
// faster (docs/rows.md has the figures).
//
// Invariants: of what is put and erased under one key the last stands; a range is erased before anything is put. Not
// thread-safe.
#pragma once

#include <functional>
#include <optional>
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
  // Adds what another one gathered, behind all that is here.
  void add(const RowBuffer& behind);
  // Adds everything to `batch` and starts over.
  void move_into(RowBatch& batch);
  // Every row in key order, none where the key is erased. No range was erased.
  [[nodiscard]] Result<void> for_each_sorted(
      const std::function<Result<void>(std::string_view key, std::optional<std::string_view> value)>& each);
  bool erases_ranges() const { return !ranges_.empty(); }
  std::size_t size_bytes() const { return bytes_.size(); }
  // Gives every row, then starts over: each kind's in key order, but those of a kind that is not kept in order as they
  // were put. Nothing was erased, and of ranges only such as had no row.
  [[nodiscard]] Result<void> drain(
      const std::function<Result<void>(std::string_view key, std::string_view value)>& each);

  // Whether the fold, which goes through the streams in key order, puts rows of this kind nearly so.
  static bool is_kept_in_order(char kind);

 private:
  struct Entry {
    std::size_t begin;
    std::uint32_t key_size, value_size;
    std::uint64_t leading;  // KeySort's
    bool erased;
  };
  void add(std::string_view key, std::string_view value, bool erased);
  void sort(std::vector<Entry>& entries) const;
  void clear();
  std::string_view key_of(const Entry& entry) const {
    return std::string_view(bytes_).substr(entry.begin, entry.key_size);
  }
  std::string_view value_of(const Entry& entry) const {
    return std::string_view(bytes_).substr(entry.begin + entry.key_size, entry.value_size);
  }

  std::string bytes_;
  std::vector<Entry> by_kind_[256];
  std::vector<std::pair<std::string, std::string>> ranges_;
};

}  // namespace rapport
