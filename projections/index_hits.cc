#include "projections/index_hits.h"

#include <algorithm>
#include <functional>

#include "projections/store/big_endian.h"

namespace rapport {
namespace {

using EachRow = std::function<Result<bool>(const IndexRow&)>;

std::string prefix_of(const IndexSource& source, IndexPart part) { return source.index + static_cast<char>(part); }

// The rows of the source's ranges in one part; false from `each` ends it.
Result<void> walk_rows(const View& view, const IndexSource& source, IndexPart part, const EachRow& each) {
  const std::string prefix = prefix_of(source, part);
  for (const ValueRange& range : source.ranges) {
    Cursor cursor = view.store().cursor(prefix + range.from, prefix + range.to, view.at());
    for (cursor.seek_first(); cursor.valid(); cursor.next()) {
      const auto go_on = each(index_row(cursor.key(), prefix.size()));
      if (!go_on) return go_on.error();
      if (!*go_on) return {};
    }
    RAPPORT_TRY(cursor.status());
  }
  return {};
}

void sort_each_once(std::vector<ContactId>& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

}  // namespace

Result<std::optional<IndexHits>> read_hits(const View& view, const IndexSource& source, RootReader& roots,
                                           std::size_t rows_max, std::uint64_t& rows) {
  IndexHits hits;
  std::size_t read = 0;
  const auto alone = [&](const IndexRow& row) -> Result<bool> {
    ++rows;
    if (++read > rows_max) return false;
    (source.exact && !is_cut(row.value) ? hits.sure : hits.doubtful).push_back(row.contact);
    return true;
  };
  RAPPORT_TRY(walk_rows(view, source, IndexPart::alone, alone));
  const auto merged = [&](const IndexRow& row) -> Result<bool> {
    ++rows;
    if (++read > rows_max) return false;
    const auto root = roots.root_in_merge(row.contact);
    if (!root) return root.error();
    if (*root) hits.doubtful.push_back(**root);
    return true;
  };
  if (read <= rows_max) RAPPORT_TRY(walk_rows(view, source, IndexPart::merged, merged));
  if (read > rows_max) return std::optional<IndexHits>();
  sort_each_once(hits.sure);
  sort_each_once(hits.doubtful);
  const auto is_sure = [&](ContactId id) { return std::binary_search(hits.sure.begin(), hits.sure.end(), id); };
  std::erase_if(hits.doubtful, is_sure);
  return std::optional(std::move(hits));
}

Result<std::vector<ContactId>> read_sure_behind(const View& view, const IndexSource& source, ContactId after,
                                                std::size_t count, std::uint64_t& rows) {
  std::vector<ContactId> ids;
  const std::string prefix = prefix_of(source, IndexPart::alone);
  const ValueRange& range = source.ranges.front();
  std::string from = prefix + range.from;
  append_big_endian64(from, after.value + 1);
  Cursor cursor = view.store().cursor(from, prefix + range.to, view.at());
  for (cursor.seek_first(); cursor.valid() && ids.size() < count; cursor.next()) {
    ++rows;
    ids.push_back(index_row(cursor.key(), prefix.size()).contact);
  }
  RAPPORT_TRY(cursor.status());
  return ids;
}

Result<std::vector<ContactId>> read_doubtful(const View& view, const IndexSource& source, RootReader& roots,
                                             std::uint64_t& rows) {
  std::vector<ContactId> ids;
  const auto merged = [&](const IndexRow& row) -> Result<bool> {
    ++rows;
    const auto root = roots.root_in_merge(row.contact);
    if (!root) return root.error();
    if (*root) ids.push_back(**root);
    return true;
  };
  RAPPORT_TRY(walk_rows(view, source, IndexPart::merged, merged));
  sort_each_once(ids);
  return ids;
}

}  // namespace rapport
