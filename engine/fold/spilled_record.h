// A record of the log as it is sorted by stream: under a key that sorts as its stream's rows do, with all that the fold
// takes of it.
#pragma once

#include <string>
#include <string_view>

#include "engine/log/event_log.h"

namespace rapport {

// Short keys: a contact's and a company's is eight bytes. Records whose key names no stream, which the fold parks, come
// last.
void spill_record(const RecordBatch::Record& record, std::string& key, std::string& value);
void unspill_record(std::string_view value, RecordBatch& out);

}  // namespace rapport
