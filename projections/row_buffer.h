// The rows of one fold step, gathered in any order of kinds and handed on in key order: RocksDB takes sorted keys much
// faster (docs/rows.md has the figures).
//
// Invariants: of what is put and erased under one key the last stands; a range is erased before anything is put. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
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
  // Takes what another one gathered, behind all that is here.
  void add(RowBuffer&& behind);
  // Adds everything to `batch` and starts over.
  void move_into(RowBatch& batch);
  // Every row in key order, none where the key is erased. No range was erased.
  [[nodiscard]] Result<void> for_each_sorted(
      const std::function<Result<void>(std::string_view key, std::optional<std::string_view> value)>& each);
  bool erases_ranges() const { return !ranges_.empty(); }
  std::size_t size_bytes() const { return size_bytes_; }
  // The same, then starts over; but rows of a kind that is not kept in order come as they were put and erased, which no
  // key was twice.
  [[nodiscard]] Result<void> drain(
      const std::function<Result<void>(std::string_view key, std::optional<std::string_view> value)>& each);

  // Whether the fold, which goes through the streams in key order, puts rows of this kind nearly so.
  static bool is_kept_in_order(char kind);

 private:
  // Rows stand in blocks, which nothing copies when there are more, and whose memory the next step's are made of. A row
  // is in one block whole, a large one in a block of its own.
  static constexpr std::size_t kBlockBytes = 256 * 1024;
  static constexpr std::size_t kFirstBlockBytes = 16 * 1024;  // a step of few events needs no more
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size, used;
  };

  struct Entry {
    std::size_t begin;  // the block's number * kBlockBytes + the place in it
    std::uint32_t key_size, value_size;
    std::uint64_t leading;  // KeySort's
    bool erased;
  };
  void add(std::string_view key, std::string_view value, bool erased);
  void sort(std::vector<Entry>& entries) const;
  [[nodiscard]] Result<void> for_each(
      const std::vector<Entry>& entries,
      const std::function<Result<void>(std::string_view key, std::optional<std::string_view> value)>& each) const;
  void clear();
  Block& block_for(std::size_t row_bytes);
  const char* bytes_of(const Entry& entry) const {
    return blocks_[entry.begin / kBlockBytes].bytes.get() + entry.begin % kBlockBytes;
  }
  std::string_view key_of(const Entry& entry) const { return {bytes_of(entry), entry.key_size}; }
  std::string_view value_of(const Entry& entry) const { return {bytes_of(entry) + entry.key_size, entry.value_size}; }

  std::vector<Block> blocks_;
  std::size_t size_bytes_ = 0;
  std::vector<Entry> by_kind_[256];
  std::vector<std::pair<std::string, std::string>> ranges_;
};

}  // namespace rapport
