// The contacts that one source of an index names.
#pragma once

#include <optional>
#include <vector>

#include "projections/index_source.h"
#include "projections/root_reader.h"

namespace rapport {

// Sorted, each once, none in both.
struct IndexHits {
  std::vector<ContactId> sure;      // the source's condition holds for them
  std::vector<ContactId> doubtful;  // roots of merges, and of values that are cut: to be judged by their state

  std::size_t size() const { return sure.size() + doubtful.size(); }
  // Both, sorted.
  std::vector<ContactId> all() const;
  // Of ids as they came in.
  void set_in_order();
};

// What keys of the source's rows in that part start with.
std::string part_prefix(const IndexSource& source, IndexPart part);

// Those of `hits` that the source names as well; sure where both are. Looks for them among the source's rows, leaping
// over what lies between, so that its cost goes by the hits. Absent: that would take more than `rows_max` rows. `rows`
// grows by those that were read. Errors: storage_failed, corrupt.
[[nodiscard]] Result<std::optional<IndexHits>> read_common(const View& view, const IndexSource& source,
                                                           const IndexHits& hits, RootReader& roots,
                                                           std::size_t rows_max, std::uint64_t& rows);

// The hits of `sure` only that stand behind `after`, at most `count`: of a source with one value and exact, whose rows
// stand in order of id.
[[nodiscard]] Result<std::vector<ContactId>> read_sure_behind(const View& view, const IndexSource& source,
                                                              ContactId after, std::size_t count, std::uint64_t& rows);
// How many rows the source has, of which no more than `rows_max` are counted. Errors: storage_failed.
[[nodiscard]] Result<std::uint64_t> count_rows(const View& view, const IndexSource& source, std::uint64_t rows_max);
// The doubtful ones alone.
[[nodiscard]] Result<std::vector<ContactId>> read_doubtful(const View& view, const IndexSource& source,
                                                           RootReader& roots, std::uint64_t& rows);

}  // namespace rapport
