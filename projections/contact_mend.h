// One contact's rows put right in a generation that is in use, from another in which it was folded anew.
//
// Invariants: rows, digest and checkpoint move in one write. Nothing of other contacts changes; the sum of the
// contact's bucket is taken from the rows afresh, because a damaged row may have gone into it.
#pragma once

#include <functional>
#include <string>

#include "projections/fold_step.h"
#include "projections/view.h"

namespace rapport {

struct ContactMend {
  ContactId contact;
  Partition partition;
  const View& truth;  // holds the contact's rows as the log says
  // Whether a subject's events stand in the contact's partition.
  std::function<bool(const std::string& subject)> in_partition;
};

// Adds to `batch` what puts the rows right. Errors: corrupt, storage_failed; `memory` is void then.
[[nodiscard]] Result<void> mend_contact(const Store& store, FoldMemory& memory, const ContactMend& mend,
                                        RowBatch& batch);

}  // namespace rapport
