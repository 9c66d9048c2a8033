// What the events of a timeline changed. What a change replaced, and whether it won, is not stored: it is computed
// here, from the rows before and behind.
//
// Invariants: what it costs does not grow with the history of a contact. A walk ends at a snapshot (contact_past.h),
// which holds the last write of each path before it; beside that, only rows that came late are looked at.
#pragma once

#include <string>
#include <vector>

#include "projections/register_writes.h"
#include "projections/timeline_row.h"
#include "projections/view.h"

namespace rapport {

struct TimelineChange {
  std::string path;
  JsonText old_value{"null"};  // of the write before it in (time, offset)
  JsonText new_value;
  bool won = true;  // false: when it came, a later-timed write was there already
};

struct TimelineEntry {
  TimelineRow row;
  std::vector<TimelineChange> changes;  // of an accepted event
};

// Which of a stream's rows a caller has: some of them, in any order; or, in either order of time, all between two of
// them, in which case the old value of most is at hand; these down to the stream's first, which is all of it; or every
// row of the stream, in which case nothing else is read.
enum class RowsGiven : unsigned char { some, side_by_side, side_by_side_from_first, all };

// Fills in the changes of these rows of the stream. Errors: storage_failed, corrupt.
[[nodiscard]] Result<void> read_changes(const View& view, const Subject& subject, std::vector<TimelineEntry>& entries,
                                        RowsGiven given = RowsGiven::some);

}  // namespace rapport
