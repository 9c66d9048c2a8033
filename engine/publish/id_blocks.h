// Ids are reserved in blocks of one size: 1..1024, 1025..2048, and so on, so that reservations by several engines, and
// those around ids that publishers bring, meet whole or not at all.
#pragma once

#include <cstdint>

#include "events/payload.h"
#include "projections/control_fold.h"

namespace rapport {

struct IdBlock {
  std::uint64_t from = 1, count = 0;

  friend auto operator<=>(const IdBlock&, const IdBlock&) = default;
};

// The block that the id stands in.
IdBlock block_around(std::uint64_t id, std::uint64_t block_size);

// The lowest `blocks` blocks in a row in which nothing is reserved. Ids stay small and dense also where a publisher has
// brought a huge one.
IdBlock lowest_free_block(const ControlState& control, IdKind kind, std::uint64_t block_size, std::uint64_t blocks = 1);

}  // namespace rapport
