#include "projections/row_buffer.h"

namespace rapport {

void RowBuffer::put(std::string_view key, std::string_view value) {
  const auto kind = static_cast<unsigned char>(key.front());
  by_kind_[kind].push_back(
      {bytes_.size(), static_cast<std::uint32_t>(key.size()), static_cast<std::uint32_t>(value.size())});
  bytes_.append(key).append(value);
}

void RowBuffer::erase_range(std::string from, std::string to) { ranges_.emplace_back(std::move(from), std::move(to)); }

void RowBuffer::move_into(RowBatch& batch) {
  for (const auto& [from, to] : ranges_) batch.erase_range(from, to);
  for (auto& entries : by_kind_) {
    for (const Entry& entry : entries) {
      const std::string_view key = std::string_view(bytes_).substr(entry.begin, entry.key_size);
      batch.put(key, std::string_view(bytes_).substr(entry.begin + entry.key_size, entry.value_size));
    }
    entries.clear();
  }
  ranges_.clear();
  bytes_.clear();
}

}  // namespace rapport
