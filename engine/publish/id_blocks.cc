#include "engine/publish/id_blocks.h"

#include <algorithm>

namespace rapport {

IdBlock block_around(std::uint64_t id, std::uint64_t block_size) {
  const std::uint64_t from = (id - 1) / block_size * block_size + 1;
  return {from, std::min(block_size, kIdMax - from + 1)};
}

IdBlock lowest_free_block(const ControlState& control, IdKind kind, std::uint64_t block_size, std::uint64_t blocks) {
  std::uint64_t from = 1;
  for (const auto& [start, range] : control.ranges[static_cast<std::size_t>(kind)]) {
    if (start >= from + blocks * block_size) break;
    const std::uint64_t behind = start + range.count - 1;  // the range's last id
    if (behind >= from) from = block_around(behind, block_size).from + block_size;
  }
  return {from, blocks * block_size};
}

}  // namespace rapport
