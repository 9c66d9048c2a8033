// Whether a contact's rows agree with one another: its state, visits, cases, past and rows of events seen, made again
// from its timeline, and the timeline against the sum that the state keeps of it; and its index rows are there.
//
// A check against the log itself is a refold (generation_compare.h); this one needs no log, so that it can go on
// beside the fold. It finds any change of a row but one of what the digest leaves out: who wrote an event, when the log
// took it; and but an index row too many.
#pragma once

#include <optional>
#include <vector>

#include "projections/generation_compare.h"
#include "projections/view.h"

namespace rapport {

// What does not agree, one entry per part; empty: all does. An erased contact has no timeline to be checked by.
// Errors: storage_failed, and corrupt where a file of the store is damaged.
[[nodiscard]] Result<std::vector<RowDifference>> check_contact(const View& view, ContactId id);

// The first contact behind `after` that has a state; absent: there is none. Errors: storage_failed, corrupt.
[[nodiscard]] Result<std::optional<ContactId>> next_contact(const View& view, ContactId after);

}  // namespace rapport
