// The records that were set aside, in the order of partition and offset.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "events/position.h"
#include "projections/parked_row.h"
#include "projections/view.h"

namespace rapport {

struct ParkedRecord {
  std::string key;  // of the row: what the next page starts behind
  LogPosition position;
  ParkedRow row;
};

// The first `limit` behind the row `after` ("": from the first). Those discarded or retried are left out.
// Errors: storage_failed, corrupt.
[[nodiscard]] Result<std::vector<ParkedRecord>> list_parked(const View& view, std::string_view after,
                                                            std::size_t limit);

}  // namespace rapport
