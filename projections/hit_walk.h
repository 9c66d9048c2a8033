// The contacts that one source names, read some rows at a time: of several sources walked side by side, the one with
// the fewest rows is whole first, and the others have cost no more than it.
//
// Must not outlive the view, the source and the reader. Not thread-safe.
#pragma once

#include <optional>

#include "projections/index_hits.h"

namespace rapport {

class HitWalk {
 public:
  HitWalk(const View& view, const IndexSource& source, RootReader& roots);

  // Up to `rows_max` rows more. Errors: storage_failed, corrupt.
  [[nodiscard]] Result<void> read(std::size_t rows_max);
  // All have been read.
  bool whole() const { return part_ == kParts; }
  std::uint64_t rows() const { return rows_; }

  const IndexSource& source() const { return source_; }
  // Once it is whole.
  IndexHits take();

 private:
  static constexpr std::size_t kParts = 2;  // alone, then merged

  void open();
  void leave_range();
  Result<void> add(const IndexRow& row);

  const View& view_;
  const IndexSource& source_;
  RootReader& roots_;
  std::size_t part_ = 0, range_ = 0;  // under way
  std::string prefix_;                // of the part's rows
  std::optional<Cursor> cursor_;
  std::uint64_t rows_ = 0;
  IndexHits hits_;
};

}  // namespace rapport
