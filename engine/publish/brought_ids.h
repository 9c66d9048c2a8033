// Ids that publishers bring (contact/1042 of a CRM): each must stand in a range that is reserved around such ids, so
// that no engine ever gives it out, or have been given out by an engine.
#pragma once

#include <functional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "engine/publish/id_allocator.h"
#include "engine/publish/id_blocks.h"
#include "engine/publish/publisher.h"
#include "projections/view.h"

namespace rapport {

struct BroughtIds {
  std::set<std::pair<IdKind, IdBlock>> unreserved;      // in no range yet: to be reserved
  std::vector<std::pair<std::size_t, Error>> invented;  // events' indexes: id_not_given_out, with its field
};

// Of every event that is there and was not resolved here: its subject, the contact it merges into, its company.
// `whole_blocks`: ask for the block around each id; else for the id alone, where a block meets another reservation.
// Of a company whose rows are not in the view, because another member folds its partition, nobody knows here whether it
// was given out: `is_folded` says so of a subject. Errors: storage_failed.
using IsFolded = std::function<bool(const Subject&)>;
[[nodiscard]] Result<BroughtIds> judge_brought_ids(const View& view, const IdAllocator& own,
                                                   std::span<const IncomingEvent> events, bool whole_blocks,
                                                   const IsFolded& is_folded);

}  // namespace rapport
