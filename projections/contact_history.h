// A contact as it was: its state at a moment, and the difference between two of them.
//
// Invariants: read from the timeline, from the nearest snapshot on (contact_past.h), so that what a moment costs does
// not grow with the history before it. An erased contact has no past: at every moment it is the tombstone it is now.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "projections/contact_state.h"
#include "projections/moment.h"
#include "projections/timeline_row.h"
#include "projections/view.h"

namespace rapport {

inline constexpr std::size_t kDiffCausesMax = 100;  // events of one change that are told

// Absent: nothing had been said of it. Errors of all: storage_failed, corrupt.
[[nodiscard]] Result<std::optional<ContactState>> read_contact_at(const View& view, ContactId id, Moment moment);

// After the record that made the contact's version what is asked for, in log order; 0: before its first record.
// Absent: it has not come so far.
[[nodiscard]] Result<std::optional<Moment>> moment_of_version(const View& view, ContactId id, std::uint64_t version);

struct ContactChange {
  std::string path;  // as register_writes.h has it; also "deleted", "identities.<channel>:<external id>"
  JsonText old_value, new_value;
  std::vector<TimelineRow> causes;  // without their data; in falling order of (time, offset), the first decided
  std::uint64_t cause_count = 0;    // with those that are not told
};

struct ContactDiff {
  std::vector<ContactChange> changes;  // in order of path
  std::uint64_t event_count = 0;       // that only one of the two moments covers
};

// What differs between the two states, and which of the events that only one of them covers wrote it.
[[nodiscard]] Result<ContactDiff> diff_contact(const View& view, ContactId id, Moment from, Moment to);

}  // namespace rapport
