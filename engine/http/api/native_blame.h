// Blame as answers show it: of one field, tag or relation the writes, newest first, and why the one that holds does.
#pragma once

#include "engine/http/api/sight.h"
#include "engine/log/event_log.h"
#include "events/json_writer.h"
#include "projections/merged_blame.h"

namespace rapport {

// How many events there are of a contact and all that are merged into it. Errors: storage_failed, corrupt.
[[nodiscard]] Result<std::uint64_t> events_told(const View& view, const MergedContact& contact);

void write_blame(JsonWriter& json, const EventLog& log, const MergedBlame& merged, const Sight& sight);

}  // namespace rapport
