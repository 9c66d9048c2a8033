// Whether lists of some partitions are whole: no merge leads from one to another.
#pragma once

#include "events/result.h"
#include "projections/view.h"

namespace rapport {

// The error of a merge that leads out of what is shown: of the contact on either side of it. Whoever has the rows of
// all reads it otherwise.
Error merge_leads_out(ContactId contact);
bool is_merge_leading_out(const Error& error);

// That nobody who is shown is merged into one who is not: a list would miss a root that fits by what such a member
// says. Whoever shows the root alone cannot know of it, so one list may be believed where those of all other partitions
// were not refused either. Reads a row for each link, and no contact. Nothing to do of a view that shows all. Errors:
// unreachable, naming the contact; storage_failed.
[[nodiscard]] Result<void> check_merges_shown(const View& view);

}  // namespace rapport
