#include "projections/index_walk.h"

#include "projections/store/big_endian.h"

namespace rapport {
namespace {

std::string prefix_of(const std::string& index, IndexPart part) { return index + static_cast<char>(part); }

}  // namespace

IndexWalk::IndexWalk(const View& view, const std::string& index, IndexPart part, bool descending,
                     const std::optional<After>& after)
    : prefix_(prefix_of(index, part)),
      view_(view),
      descending_(descending),
      cursor_(view.store().cursor(prefix_, prefix_end(prefix_), view.at())) {
  if (after) {
    group_ = prefix_ + after->value;
    in_last_ = after->value == kNoIndexValue;
    std::string key = group_;
    append_big_endian64(key, after->contact.value + 1);
    cursor_.seek(key);
  } else if (descending) {
    enter_group_below(prefix_ + std::string(kNoIndexValue));
  } else {
    cursor_.seek_first();
  }
}

void IndexWalk::enter_group_below(const std::string& key) {
  cursor_.seek_for_prev(key);
  if (!cursor_.valid() && !cursor_.status()) return;
  in_last_ = !cursor_.valid();
  group_ = prefix_;
  group_ += in_last_ ? kNoIndexValue : index_row(cursor_.key(), prefix_.size()).value;
  cursor_.seek(group_);
}

std::optional<IndexRow> IndexWalk::next() {
  auto row = next_of_all();
  while (row && !view_.shows(row->contact)) row = next_of_all();
  return row;
}

std::optional<IndexRow> IndexWalk::next_of_all() {
  if (!fresh_ && cursor_.valid()) cursor_.next();
  fresh_ = false;
  const bool left_group = descending_ && !in_last_ && !(cursor_.valid() && cursor_.key().starts_with(group_));
  if (left_group && cursor_.status()) enter_group_below(group_);
  if (!cursor_.valid()) return std::nullopt;
  ++rows_;
  return index_row(cursor_.key(), prefix_.size());
}

}  // namespace rapport
