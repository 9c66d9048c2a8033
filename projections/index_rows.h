// Every index row that names a contact, wherever it stands: the state of a damaged contact does not tell where.
#pragma once

#include <string>
#include <vector>

#include "events/ids.h"
#include "events/result.h"
#include "projections/store/store.h"

namespace rapport {

// Their keys, sorted. Reads all index rows there are: for a mend, not for a query. Errors: storage_failed.
[[nodiscard]] Result<std::vector<std::string>> read_index_rows(const Store& store, ContactId contact, At at = kNow);

}  // namespace rapport
