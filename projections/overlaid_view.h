// A view with rows of other contacts laid over it: what another instance that shares the log has lent of them, so that
// whoever reads a merge reads it as if all of it were folded here.
//
// Invariants: what stands in the view under the same contacts (left from when they were folded here) is hidden. In
// memory; the view stays as it is, and is kept open.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "projections/view.h"

namespace rapport {

using StoredRows = std::vector<std::pair<std::string, std::string>>;  // keys and values
using LentRows = std::map<ContactId, StoredRows>;

std::size_t bytes_of(const StoredRows& rows);

// Every row of the contact, or its state alone, as the view has them. Errors: storage_failed, corrupt.
[[nodiscard]] Result<StoredRows> rows_of_contact(const View& view, ContactId contact, bool state_alone);

// With `checkpoints` in place of the view's own; shows the contacts that `shows` says. `states_alone`: what is lent are
// states, and nothing else is read of the contacts. Errors: storage_failed.
[[nodiscard]] Result<std::shared_ptr<const View>> overlaid_view(std::shared_ptr<const View> base, const LentRows& lent,
                                                                bool states_alone, Checkpoints checkpoints,
                                                                View::Shows shows);

// The same moment of a narrowed view without these contacts, which it shows: they are not counted either.
// `partition_of` says whose checkpoint counts one. Errors: storage_failed, corrupt.
[[nodiscard]] Result<std::shared_ptr<const View>> view_without(std::shared_ptr<const View> part,
                                                               std::set<ContactId> contacts,
                                                               const std::function<Partition(ContactId)>& partition_of);

}  // namespace rapport
