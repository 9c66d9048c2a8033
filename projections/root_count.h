// How many contacts a list of all of them shows: what the fold counts, and the few roots that no contact's own rows
// tell: the least id of a circle of merges, and a root that is no contact itself.
#pragma once

#include <cstdint>

#include "projections/root_reader.h"

namespace rapport {

struct RootCount {
  std::uint64_t active = 0, archived = 0;

  std::uint64_t all() const { return active + archived; }
};

// Reads a short row for each contact that is merged into another. Errors: storage_failed, corrupt.
[[nodiscard]] Result<RootCount> count_roots(const View& view, RootReader& roots);

}  // namespace rapport
