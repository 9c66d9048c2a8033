// The native shapes of API.md, "Shapes".
#pragma once

#include <string>

#include "engine/http/api/sight.h"
#include "events/json_writer.h"
#include "events/position.h"
#include "projections/contact_state.h"
#include "projections/merge_reader.h"
#include "projections/timeline_reader.h"

namespace rapport {

// A value under `name`, or null where it may not be seen.
void write_seen(JsonWriter& json, std::string_view name, const JsonText& value, bool seen);

// One contact by itself; of a merge, the whole. What is hidden from `sight` is named in "masked", as "fields.email".
void write_contact(JsonWriter& json, ContactId id, const ContactState& state, const Sight& sight);
void write_contact(JsonWriter& json, const MergedContact& contact, const Sight& sight);
// {"id","status","version","when"}: of a deleted or erased one.
void write_gone_contact(JsonWriter& json, ContactId id, const ContactState& state);

void write_timeline_entry(JsonWriter& json, ContactId contact, LogId log, Partition partition,
                          const TimelineEntry& entry, const Sight& sight);

}  // namespace rapport
