// Blame of a contact that others may be merged into: of each register of the whole, whose write it has, and what the
// other members wrote there.
//
// Invariants: says of the value that read_merged shows which write it is. A flag of the root's own (archived, blocked)
// is told of the root alone.
#pragma once

#include <string>
#include <vector>

#include "projections/blame_reader.h"
#include "projections/merge_reader.h"

namespace rapport {

struct MemberBlame {
  ContactId contact;
  Blame blame;
};

struct MergedBlame {
  std::vector<MemberBlame> members;  // at least one; the first has the value of the whole

  const std::string& path() const { return members.front().blame.path; }  // the same of all
};

// In order of path. `path`: of that register alone. Errors: read_blame's.
[[nodiscard]] Result<std::vector<MergedBlame>> read_merged_blame(const View& view, const MergedContact& contact,
                                                                 const std::optional<std::string>& path = {});

}  // namespace rapport
