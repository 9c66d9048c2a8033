#include "projections/hit_walk.h"

namespace rapport {

HitWalk::HitWalk(const View& view, const IndexSource& source, RootReader& roots)
    : view_(view), source_(source), roots_(roots), part_(source.ranges.empty() ? kParts : 0) {}

void HitWalk::open() {
  const ValueRange& range = source_.ranges[range_];
  prefix_ = part_prefix(source_, part_ == 0 ? IndexPart::alone : IndexPart::merged);
  cursor_ = view_.store().cursor(prefix_ + range.from, prefix_ + range.to, view_.at());
  cursor_->seek_first();
}

void HitWalk::leave_range() {
  cursor_.reset();
  if (++range_ < source_.ranges.size()) return;
  range_ = 0;
  ++part_;
}

Result<void> HitWalk::read(std::size_t rows_max) {
  while (!whole()) {
    if (!cursor_) open();
    for (; cursor_->valid() && rows_max > 0; --rows_max, ++rows_, cursor_->next()) {
      RAPPORT_TRY(add(index_row(cursor_->key(), prefix_.size())));
    }
    if (cursor_->valid()) return {};
    RAPPORT_TRY(cursor_->status());
    leave_range();
  }
  return {};
}

Result<void> HitWalk::add(const IndexRow& row) {
  if (!view_.shows(row.contact)) return {};
  if (part_ == 0) {
    (source_.exact && !is_cut(row.value) ? hits_.sure : hits_.doubtful).push_back(row.contact);
    return {};
  }
  const auto root = roots_.root_in_merge(row.contact);
  if (!root) return root.error();
  if (*root) hits_.doubtful.push_back(**root);
  return {};
}

IndexHits HitWalk::take() {
  hits_.set_in_order();
  return std::move(hits_);
}

}  // namespace rapport
