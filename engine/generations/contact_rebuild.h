// One contact folded anew from the log, and its rows in the live generation put right where they differ.
#pragma once

#include <filesystem>

#include "engine/fold/folder.h"
#include "engine/fold/refold.h"
#include "projections/generation_compare.h"

namespace rapport {

// Reads the contact's partition from the start and folds what is the contact's in a generation made at `scratch`, which
// the caller deletes; the last of it and the mending between two steps of the fold. Returns what differed; none():
// nothing did, and nothing was changed. `progress` counts the records read.
// Errors: as refold(), and those of Folder::between_steps.
[[nodiscard]] Result<GenerationDifference> rebuild_contact(EventLog& log, Folder& folder,
                                                           const std::filesystem::path& scratch, ContactId contact,
                                                           const RefoldProgress& progress);

}  // namespace rapport
