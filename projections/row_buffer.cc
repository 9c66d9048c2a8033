#include "projections/row_buffer.h"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "projections/key_layout.h"
#include "projections/store/key_sort.h"

namespace rapport {

constexpr std::size_t kAskedAhead = 8;  // rows stand as they were put, so in key order each is a miss of the caches

RowBuffer::Block& RowBuffer::block_for(std::size_t row_bytes) {
  if (blocks_.empty() || blocks_.back().size - blocks_.back().used < row_bytes) {
    const std::size_t size = std::max(row_bytes, blocks_.empty() ? kFirstBlockBytes : kBlockBytes);
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(size), size, 0});
  }
  return blocks_.back();
}

void RowBuffer::add(std::string_view key, std::string_view value, bool erased) {
  const std::size_t size = key.size() + value.size();
  Block& block = block_for(size);
  by_kind_[static_cast<unsigned char>(key.front())].push_back({(blocks_.size() - 1) * kBlockBytes + block.used,
                                                               static_cast<std::uint32_t>(key.size()),
                                                               static_cast<std::uint32_t>(value.size()), 0, erased});
  char* const row = block.bytes.get() + block.used;
  std::memcpy(row, key.data(), key.size());  // std::ranges::copy goes byte by byte here
  if (!value.empty()) std::memcpy(row + key.size(), value.data(), value.size());
  block.used += size;
  size_bytes_ += size;
}

void RowBuffer::put(std::string_view key, std::string_view value) { add(key, value, false); }
void RowBuffer::erase(std::string_view key) { add(key, {}, true); }

void RowBuffer::erase_range(std::string from, std::string to) { ranges_.emplace_back(std::move(from), std::move(to)); }

void RowBuffer::add(RowBuffer&& behind) {
  const std::size_t begin = blocks_.size() * kBlockBytes;
  std::ranges::move(behind.blocks_, std::back_inserter(blocks_));
  size_bytes_ += behind.size_bytes_;
  for (std::size_t kind = 0; kind < std::size(by_kind_); ++kind) {
    const auto added =
        by_kind_[kind].insert(by_kind_[kind].end(), behind.by_kind_[kind].begin(), behind.by_kind_[kind].end());
    std::for_each(added, by_kind_[kind].end(), [begin](Entry& entry) { entry.begin += begin; });
  }
  std::ranges::move(behind.ranges_, std::back_inserter(ranges_));
  behind.clear();
}

bool RowBuffer::is_kept_in_order(char kind) {
  return kind != static_cast<char>(RowKind::index) && kind != static_cast<char>(RowKind::parked);
}

void RowBuffer::sort(std::vector<Entry>& entries) const {
  const auto key = [this](const Entry& entry) { return key_of(entry); };
  const KeySort<Entry, decltype(key)> sort(key);
  if (!sort.is_sorted(entries)) sort.sort(entries);
}

void RowBuffer::move_into(RowBatch& batch) {
  for (const auto& [from, to] : ranges_) batch.erase_range(from, to);
  for (auto& entries : by_kind_) {
    sort(entries);
    for (const Entry& entry : entries) {
      if (entry.erased) {
        batch.erase(key_of(entry));
      } else {
        batch.put(key_of(entry), value_of(entry));
      }
    }
  }
  clear();
}

Result<void> RowBuffer::for_each_sorted(
    const std::function<Result<void>(std::string_view key, std::optional<std::string_view> value)>& each) {
  if (erases_ranges()) panic("a range is erased from among sorted rows");
  for (auto& entries : by_kind_) {
    sort(entries);
    RAPPORT_TRY(for_each(entries, each));
  }
  return {};
}

Result<void> RowBuffer::drain(
    const std::function<Result<void>(std::string_view key, std::optional<std::string_view> value)>& each) {
  if (erases_ranges()) panic("a range is erased from among rows that come one by one");
  for (auto& entries : by_kind_) {
    if (!entries.empty() && is_kept_in_order(key_of(entries.front()).front())) sort(entries);
    RAPPORT_TRY(for_each(entries, each));
  }
  clear();
  return {};
}

// Of those that have one key, and stand one behind the other, the last.
Result<void> RowBuffer::for_each(
    const std::vector<Entry>& entries,
    const std::function<Result<void>(std::string_view key, std::optional<std::string_view> value)>& each) const {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    if (i + kAskedAhead < entries.size()) __builtin_prefetch(bytes_of(entries[i + kAskedAhead]));
    const bool overruled = i + 1 < entries.size() && key_of(entries[i + 1]) == key_of(entry);
    if (overruled) continue;
    RAPPORT_TRY(each(key_of(entry), entry.erased ? std::nullopt : std::optional(value_of(entry))));
  }
  return {};
}

void RowBuffer::clear() {
  for (auto& entries : by_kind_) entries.clear();
  ranges_.clear();
  blocks_.clear();
  size_bytes_ = 0;
}

}  // namespace rapport
