// The rows of an index that was declared while there were contacts already, made from their states piece by piece.
//
// Invariants: the fold writes an index's rows for every contact it touches from the declaration on; so once the last
// contact was passed, the index is whole. A piece's rows and how far it came move in one batch: after a crash the next
// one goes on there.
#pragma once

#include <cstddef>

#include "projections/index_catalog.h"

namespace rapport {

// Adds the rows of the next `contacts_max` contacts of the catalog's first unfilled index to `batch`. There is one.
// Errors: storage_failed, corrupt.
[[nodiscard]] Result<void> fill_index(const Store& store, IndexCatalog& indexes, std::size_t contacts_max,
                                      RowBatch& batch);

}  // namespace rapport
