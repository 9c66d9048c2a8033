#include "projections/index_hits.h"

#include <algorithm>

#include "projections/store/big_endian.h"

namespace rapport {
namespace {

// So many rows are stepped over before the cursor leaps.
constexpr int kStepsMax = 2;
constexpr ContactId kBehindAll{~std::uint64_t{0}};

void sort_each_once(std::vector<ContactId>& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

bool has(const std::vector<ContactId>& sorted, ContactId id) {
  return std::binary_search(sorted.begin(), sorted.end(), id);
}

// Looks for some contacts among the rows of those that stand by themselves. The rows of one value stand in order of
// contact: each value is gone through with the sorted contacts beside it.
class CommonRows {
 public:
  CommonRows(const View& view, const IndexSource& source, const std::vector<ContactId>& wanted, std::size_t rows_max)
      : view_(view),
        source_(source),
        prefix_(part_prefix(source, IndexPart::alone)),
        wanted_(wanted),
        rows_max_(rows_max) {}

  // False: there are too many rows.
  Result<bool> read();

  std::vector<ContactId> sure, doubtful;
  std::uint64_t rows = 0;

 private:
  bool read_value(Cursor& cursor);
  bool is_of_value(const Cursor& cursor) const;
  void leap(Cursor& cursor, ContactId to);

  const View& view_;
  const IndexSource& source_;
  const std::string prefix_;
  const std::vector<ContactId>& wanted_;
  const std::size_t rows_max_;
  std::string value_, key_;  // prefix_ and the value under way; what is leapt to
};

Result<bool> CommonRows::read() {
  for (const ValueRange& range : source_.ranges) {
    Cursor cursor = view_.store().cursor(prefix_ + range.from, prefix_ + range.to, view_.at());
    cursor.seek_first();
    while (cursor.valid()) {
      if (!read_value(cursor)) return false;
    }
    RAPPORT_TRY(cursor.status());
  }
  return true;
}

bool CommonRows::is_of_value(const Cursor& cursor) const {
  return cursor.valid() && cursor.key().size() == value_.size() + sizeof(std::uint64_t) &&
         cursor.key().starts_with(value_);
}

void CommonRows::leap(Cursor& cursor, ContactId to) {
  key_ = value_;
  append_big_endian64(key_, to.value);
  cursor.seek(key_);
}

// Leaves the cursor behind the value's rows. False: there are too many.
bool CommonRows::read_value(Cursor& cursor) {
  const std::string_view value = index_row(cursor.key(), prefix_.size()).value;
  value_.assign(prefix_).append(value);
  auto& found = source_.exact && !is_cut(value) ? sure : doubtful;
  auto next = wanted_.begin();
  for (int steps = 0; is_of_value(cursor);) {
    if (rows++ == rows_max_) return false;
    const ContactId at = index_row(cursor.key(), prefix_.size()).contact;
    next = std::lower_bound(next, wanted_.end(), at);
    if (next == wanted_.end()) {
      leap(cursor, kBehindAll);
      return true;
    }
    if (*next == at) found.push_back(at);
    if (*next == at || ++steps <= kStepsMax) {
      cursor.next();
    } else {
      leap(cursor, *next);
      steps = 0;
    }
  }
  return true;
}

}  // namespace

std::vector<ContactId> IndexHits::all() const {
  std::vector<ContactId> ids;
  ids.reserve(size());
  std::merge(sure.begin(), sure.end(), doubtful.begin(), doubtful.end(), std::back_inserter(ids));
  return ids;
}

void IndexHits::set_in_order() {
  sort_each_once(sure);
  sort_each_once(doubtful);
  std::erase_if(doubtful, [&](ContactId id) { return has(sure, id); });
}

std::string part_prefix(const IndexSource& source, IndexPart part) { return source.index + static_cast<char>(part); }

Result<std::optional<IndexHits>> read_common(const View& view, const IndexSource& source, const IndexHits& hits,
                                             RootReader& roots, std::size_t rows_max, std::uint64_t& rows) {
  const std::vector<ContactId> wanted = hits.all();
  CommonRows alone(view, source, wanted, rows_max);
  const auto read = alone.read();
  rows += alone.rows;
  if (!read) return read.error();
  if (!*read) return std::optional<IndexHits>();

  IndexHits common{.sure = {}, .doubtful = std::move(alone.doubtful)};
  for (const ContactId id : alone.sure) (has(hits.sure, id) ? common.sure : common.doubtful).push_back(id);
  const auto of_merges = read_doubtful(view, source, roots, rows);
  if (!of_merges) return of_merges.error();
  for (const ContactId root : *of_merges) {
    if (has(wanted, root)) common.doubtful.push_back(root);
  }
  common.set_in_order();
  return std::optional(std::move(common));
}

Result<std::vector<ContactId>> read_sure_behind(const View& view, const IndexSource& source, ContactId after,
                                                std::size_t count, std::uint64_t& rows) {
  std::vector<ContactId> ids;
  const std::string prefix = part_prefix(source, IndexPart::alone);
  const ValueRange& range = source.ranges.front();
  std::string from = prefix + range.from;
  append_big_endian64(from, after.value + 1);
  Cursor cursor = view.store().cursor(from, prefix + range.to, view.at());
  for (cursor.seek_first(); cursor.valid() && ids.size() < count; cursor.next()) {
    ++rows;
    const ContactId id = index_row(cursor.key(), prefix.size()).contact;
    if (view.shows(id)) ids.push_back(id);
  }
  RAPPORT_TRY(cursor.status());
  return ids;
}

Result<std::uint64_t> count_rows(const View& view, const IndexSource& source, std::uint64_t rows_max) {
  std::uint64_t rows = 0;
  for (const IndexPart part : {IndexPart::alone, IndexPart::merged}) {
    const std::string prefix = part_prefix(source, part);
    for (const ValueRange& range : source.ranges) {
      Cursor cursor = view.store().cursor(prefix + range.from, prefix + range.to, view.at());
      for (cursor.seek_first(); cursor.valid() && rows < rows_max; cursor.next()) ++rows;
      RAPPORT_TRY(cursor.status());
    }
  }
  return rows;
}

Result<std::vector<ContactId>> read_doubtful(const View& view, const IndexSource& source, RootReader& roots,
                                             std::uint64_t& rows) {
  std::vector<ContactId> ids;
  const std::string prefix = part_prefix(source, IndexPart::merged);
  for (const ValueRange& range : source.ranges) {
    Cursor cursor = view.store().cursor(prefix + range.from, prefix + range.to, view.at());
    for (cursor.seek_first(); cursor.valid(); cursor.next()) {
      ++rows;
      const ContactId member = index_row(cursor.key(), prefix.size()).contact;
      if (!view.shows(member)) continue;
      const auto root = roots.root_in_merge(member);
      if (!root) return root.error();
      if (*root) ids.push_back(**root);
    }
    RAPPORT_TRY(cursor.status());
  }
  sort_each_once(ids);
  return ids;
}

}  // namespace rapport
