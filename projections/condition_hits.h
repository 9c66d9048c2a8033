// The contacts that a query's conditions leave, as far as indexes know: of the condition with the fewest rows, then
// those of them that the other conditions name as well.
#pragma once

#include <string>
#include <vector>

#include "projections/index_hits.h"

namespace rapport {

struct ConditionHits {
  IndexHits hits;
  std::string index;           // the sources that were used, in words
  std::size_t conditions = 0;  // so many are met by what is sure
};

// `sources`, one per condition and at least one. `rows` grows by the index rows that were read. Errors: storage_failed,
// corrupt.
[[nodiscard]] Result<ConditionHits> read_condition_hits(const View& view, const std::vector<IndexSource>& sources,
                                                        RootReader& roots, std::uint64_t& rows);

}  // namespace rapport
