// Whether two generations that stand at the same positions hold the same rows, and where they differ.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "projections/view.h"

namespace rapport {

inline constexpr std::size_t kDifferencesNamedMax = 100;

struct RowDifference {
  std::string subject;  // "contact/42", "company/7", "web/visitor-1", or the generation's own row
  // "state", "timeline", "visits", "cases", "past", "repeats", "index", "control", "parked", "digest", "checkpoint"
  std::string part;
  std::string how;  // "missing", "extra", "different": the second's against the first's
};

struct GenerationDifference {
  std::uint64_t rows_compared = 0;
  std::uint64_t rows_different = 0;
  std::map<std::string, std::uint64_t> different_by_part;
  std::vector<RowDifference> first;  // one per subject and part, at most `named_max`

  bool none() const { return rows_different == 0; }
};

// Reads every row of both, but for those of an index that one of them is still filling. Errors: storage_failed,
// corrupt.
[[nodiscard]] Result<GenerationDifference> compare_generations(const View& ours, const View& theirs,
                                                               std::size_t named_max = kDifferencesNamedMax);
// The same, of one contact's rows alone.
[[nodiscard]] Result<GenerationDifference> compare_contact(const View& ours, const View& theirs, ContactId contact);

}  // namespace rapport
