// One part of an index, row by row in the order of a list: by value, up or down, those without a value last; rows of
// one value by contact.
//
// Must not outlive the view. Not thread-safe.
#pragma once

#include <optional>
#include <string>

#include "projections/index_key.h"
#include "projections/view.h"

namespace rapport {

class IndexWalk {
 public:
  // Begins behind the row of `after` where one is given, a value and the contact.
  struct After {
    std::string value;
    ContactId contact;
  };
  IndexWalk(const View& view, const std::string& index, IndexPart part, bool descending,
            const std::optional<After>& after);

  // The next row; its view is good until the next call. Absent at the end, or where status() is an error.
  std::optional<IndexRow> next();
  [[nodiscard]] Result<void> status() const { return cursor_.status(); }
  std::uint64_t rows() const { return rows_; }

 private:
  // Going down, groups of one value are gone through upwards, so that equal ones stand in order of id.
  void enter_group_below(const std::string& key);
  std::optional<IndexRow> next_of_all();

  std::string prefix_;
  const View& view_;
  bool descending_;
  Cursor cursor_;
  std::string group_;     // going down: prefix and value of the rows under way
  bool fresh_ = true;     // stands at what next() gives
  bool in_last_ = false;  // going down: among those without a value
  std::uint64_t rows_ = 0;
};

}  // namespace rapport
