#include "projections/row_buffer.h"

#include <algorithm>

#include "projections/key_layout.h"

namespace rapport {

void RowBuffer::add(std::string_view key, std::string_view value, bool erased) {
  const auto kind = static_cast<unsigned char>(key.front());
  by_kind_[kind].push_back(
      {bytes_.size(), static_cast<std::uint32_t>(key.size()), static_cast<std::uint32_t>(value.size()), erased});
  bytes_.append(key).append(value);
}

void RowBuffer::put(std::string_view key, std::string_view value) { add(key, value, false); }
void RowBuffer::erase(std::string_view key) { add(key, {}, true); }

void RowBuffer::erase_range(std::string from, std::string to) { ranges_.emplace_back(std::move(from), std::move(to)); }

void RowBuffer::move_into(RowBatch& batch) {
  for (const auto& [from, to] : ranges_) batch.erase_range(from, to);
  auto& index_rows = by_kind_[static_cast<unsigned char>(RowKind::index)];
  std::sort(index_rows.begin(), index_rows.end(),
            [this](const Entry& a, const Entry& b) { return key_of(a) < key_of(b); });
  for (auto& entries : by_kind_) {
    for (const Entry& entry : entries) {
      if (entry.erased) {
        batch.erase(key_of(entry));
      } else {
        batch.put(key_of(entry), std::string_view(bytes_).substr(entry.begin + entry.key_size, entry.value_size));
      }
    }
    entries.clear();
  }
  ranges_.clear();
  bytes_.clear();
}

}  // namespace rapport
