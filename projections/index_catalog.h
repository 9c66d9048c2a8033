// Which indexes a generation keeps: a fixed set that is whole from the first event on, and one for each attribute of
// contacts that is declared `indexed`. Declared while there are contacts, such an index is filled in pieces behind the
// step that declared it (index_fill.h), and is not used before it is whole.
//
// Invariants: follows the control state; how far an index is filled is a row (Mi), written with the rows it speaks of.
// A value.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "projections/control_fold.h"
#include "projections/index_key.h"
#include "projections/row_buffer.h"

namespace rapport {

struct IndexFill {
  bool whole = false;
  ContactId filled_to{0};  // until it is whole: contacts up to this one have their rows
};

class IndexCatalog {
 public:
  // Of rows that another fold version made: there are no indexes to rely on.
  static IndexCatalog none();
  // As its rows say. Errors: corrupt, storage_failed.
  [[nodiscard]] static Result<IndexCatalog> load(const Store& store);

  // Those that are declared now: a new one starts empty, one that is no longer declared goes with all its rows.
  void follow(const ControlState& control, RowBuffer& rows);
  // All streams were folded with the indexes that are declared now.
  void set_all_whole(RowBuffer& rows);
  void set_fill(const FieldIndex& index, const IndexFill& fill, RowBuffer& rows);

  // False: of another fold version's rows; no index is to be used.
  bool is_kept() const { return is_kept_; }
  // Of every field index that the fold writes rows for, whole or not.
  const std::set<FieldIndex>& kept() const { return kept_; }
  bool is_whole(const FieldIndex& index) const;
  // One that is still to be filled.
  std::optional<FieldIndex> first_unfilled() const;
  IndexFill fill_of(const FieldIndex& index) const { return fills_.at(index); }

 private:
  std::set<FieldIndex> kept_ = fixed();
  std::map<FieldIndex, IndexFill> fills_;  // of the declared ones
  bool is_kept_ = true;

  static std::set<FieldIndex> fixed();
};

}  // namespace rapport
