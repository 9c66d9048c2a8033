// Whether what a narrowed view shows is whole: no merge leads from its contacts to others.
#pragma once

#include "events/result.h"
#include "projections/view.h"

namespace rapport {

// The error of a merge that leads out of what is shown: of the contact on either side of it.
Error merge_leads_out(ContactId contact);

// Reads every contact that is in a merge, as a list would miss a root that fits by what a member says which is not
// shown, and whose rows need not be here. Nothing to do of a view that shows all. Errors: unreachable, naming the
// contact; storage_failed, corrupt.
[[nodiscard]] Result<void> check_merges_shown(const View& view);

}  // namespace rapport
