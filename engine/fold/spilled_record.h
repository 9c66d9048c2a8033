// A record of the log as it is sorted by stream: under a key that sorts as its stream's rows do, with all that the fold
// takes of it.
#pragma once

#include <string>
#include <string_view>

#include "engine/log/event_log.h"
#include "projections/store/row_sorter.h"

namespace rapport {

// Short keys: a contact's and a company's is eight bytes. Records whose key names no stream, which the fold parks, come
// last. Errors: as RowSorter::add().
[[nodiscard]] Result<void> spill_record(const RecordBatch::Record& record, RowSorter& into);
void unspill_record(std::string_view value, RecordBatch& out);

}  // namespace rapport
