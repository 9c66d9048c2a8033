// Which events are to be taken back: these few, by their positions; or all of a source, of sources that begin alike, or
// of a correlation, since a time. docs/reverting.md.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/log/event_log.h"
#include "projections/contact_revert.h"

namespace rapport {

inline constexpr std::size_t kRevertEventsMax = 1'000;  // by position

// Exactly one of the first four is given.
struct RevertSelection {
  std::vector<LogPosition> events;
  std::optional<std::string> source, source_prefix, correlation_id;
  std::optional<Timestamp> since;  // recordedAt; not with `events`
};

// Errors: invalid_argument, the field being the member's name in the API.
[[nodiscard]] Result<void> check_selection(const RevertSelection& selection);

// Of a selection that is not by position. It must outlive the choice.
RevertChoice choice_of(const RevertSelection& selection);

// The contact of each event that is named by its position, and the offsets chosen there.
// Errors: invalid_argument (no record there, or none of a contact's; field "events"), log_unavailable, storage_failed.
[[nodiscard]] Result<std::map<ContactId, std::set<Offset>>> find_events(EventLog& log,
                                                                        const std::vector<LogPosition>& events);

}  // namespace rapport
