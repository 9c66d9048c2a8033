// Sorts rows by keys that have long beginnings in common, as those of an index have: by the eight bytes behind what all
// have in common, as a number, then each run of equal ones by what follows (multikey quicksort with cached bytes: Ng
// and Kakehi, "Cache efficient radix sort for string sorting", 2007).
//
// Invariants: the order is that of the keys as bytes; rows of one key stay in the order of their adding. Uses the stack
// by the keys' length.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <string_view>

#include "projections/store/big_endian.h"

namespace rapport {

// The first eight bytes as a number, zeros where there are fewer.
inline std::uint64_t leading_number(std::string_view text) {
  if (text.size() >= sizeof(std::uint64_t)) return read_big_endian64(text);
  std::array<char, sizeof(std::uint64_t)> bytes{};
  std::ranges::copy(text, bytes.begin());
  return read_big_endian64({bytes.data(), bytes.size()});
}

// Entry has two numbers: `begin`, which grows with every row added, and `leading`, which is the sort's own.
// key_of(entry) gives a string_view, whose size is at hand and whose bytes may be far.
template <class Entry, class KeyOf>
class KeySort {
 public:
  explicit KeySort(const KeyOf& key_of) : key_of_(key_of) {}

  void sort(std::span<Entry> entries) const { sort_behind(0, entries); }
  // The same where each `leading` is that of its key from the beginning: no key's bytes are looked at for that, unless
  // they have too much in common.
  void sort_led(std::span<Entry> entries) const {
    if (entries.size() < kComparedMax || !tells_enough(entries)) return sort(entries);
    sort_by_leading(0, entries);
  }
  bool is_sorted(std::span<const Entry> entries) const {
    return std::is_sorted(entries.begin(), entries.end(), by_key());
  }

 private:
  static constexpr std::size_t kComparedMax = 16;  // so few are sorted by comparing whole keys
  static constexpr int kCommonBitsMax = 8;         // of 64

  auto by_key() const {
    return [this](const Entry& a, const Entry& b) {
      const int order = key_of_(a).compare(key_of_(b));
      return order != 0 ? order < 0 : a.begin < b.begin;
    };
  }

  void sort_behind(std::size_t common_before, std::span<Entry> entries) const {
    if (entries.size() < kComparedMax) return std::sort(entries.begin(), entries.end(), by_key());
    const std::size_t common = common_prefix(entries);
    // The keys are equal, or zeros at their end are all they differ by.
    if (common < common_before) return std::sort(entries.begin(), entries.end(), by_key());
    for (Entry& entry : entries) entry.leading = leading_number(key_of_(entry).substr(common));
    sort_by_leading(common, entries);
  }

  // The first `common` bytes of all are the same, and `leading` is what follows.
  void sort_by_leading(std::size_t common, std::span<Entry> entries) const {
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.leading < b.leading; });
    const std::size_t compared = common + sizeof(std::uint64_t);
    for (std::size_t begin = 0, end = 0; begin < entries.size(); begin = end) {
      while (end < entries.size() && entries[end].leading == entries[begin].leading) ++end;
      const auto alike = entries.subspan(begin, end - begin);
      if (alike.size() == 1) continue;
      if (are_equal(alike, compared)) {
        std::ranges::sort(alike, {}, &Entry::begin);
      } else {
        sort_behind(compared, alike);
      }
    }
  }

  // Whether keys that are alike in their first `compared` bytes are the same key.
  bool are_equal(std::span<const Entry> entries, std::size_t compared) const {
    const std::size_t size = key_of_(entries.front()).size();
    return size <= compared &&
           std::ranges::all_of(entries, [&](const Entry& entry) { return key_of_(entry).size() == size; });
  }

  // Whether the first eight bytes are all there is, or differ early.
  bool tells_enough(std::span<const Entry> entries) const {
    std::uint64_t different = 0;
    std::size_t longest = 0;
    for (const Entry& entry : entries) {
      different |= entry.leading ^ entries.front().leading;
      longest = std::max(longest, key_of_(entry).size());
    }
    return longest <= sizeof(std::uint64_t) || std::countl_zero(different) <= kCommonBitsMax;
  }

  std::size_t common_prefix(std::span<const Entry> entries) const {
    std::string_view common = key_of_(entries.front());
    for (const Entry& entry : entries) {
      const std::string_view key = key_of_(entry);
      if (!key.starts_with(common)) {
        common = {common.begin(), std::mismatch(common.begin(), common.end(), key.begin(), key.end()).first};
      }
    }
    return common.size();
  }

  const KeyOf& key_of_;
};

}  // namespace rapport
