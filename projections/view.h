// A generation as it stood after one fold step: rows, checkpoints and control state that belong together. Readers take
// the newest view and read from it alone, so that what they answer is one moment of the log.
//
// Invariants: immutable. One that is narrowed (only()) shows the contacts of some partitions, as if there were no
// others: lists, counts and searches are of these, and a merge that leads to another is an error, not half of a
// contact. Keeps its store open, and its snapshot's rows from being dropped: let go of it soon. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <set>

#include "projections/checkpoint.h"
#include "projections/contact_row_cache.h"
#include "projections/control_fold.h"
#include "projections/index_catalog.h"
#include "projections/store/store.h"

namespace rapport {

class View {
 public:
  // `contact_rows`, where there are any: those read in views of the same store, of which this is the one numbered
  // `number`.
  View(std::shared_ptr<const Store> store, Checkpoints checkpoints, std::shared_ptr<const ControlState> control,
       IndexCatalog indexes, std::shared_ptr<ContactRowCache> contact_rows = nullptr, std::uint64_t number = 0)
      : store_(std::move(store)),
        snapshot_(store_->snapshot()),
        checkpoints_(std::move(checkpoints)),
        control_(std::move(control)),
        indexes_(std::move(indexes)),
        contact_rows_(std::move(contact_rows)),
        number_(number) {}

  // The same moment of some of its partitions, and of the control stream. `shows`: whether a contact is of them.
  using Shows = std::function<bool(ContactId)>;
  std::shared_ptr<const View> only(const std::set<Partition>& partitions, Shows shows) const {
    auto part = std::make_shared<View>(*this);
    std::erase_if(part->checkpoints_,
                  [&](const auto& row) { return row.first != kControlPartition && !partitions.contains(row.first); });
    part->shows_ = std::move(shows);
    return part;
  }
  bool shows(ContactId id) const { return !shows_ || shows_(id); }
  bool shows_all() const { return !shows_; }

  const Store& store() const { return *store_; }
  At at() const { return snapshot_.get(); }
  const Checkpoints& checkpoints() const { return checkpoints_; }
  const ControlState& control() const { return *control_; }
  const IndexCatalog& indexes() const { return indexes_; }
  Positions positions() const { return positions_of(checkpoints_); }
  std::optional<std::string> kept_row(ContactId id) const {
    return contact_rows_ ? contact_rows_->find(id, number_) : std::nullopt;
  }
  std::optional<Digest> kept_digest(ContactId id) const {
    return contact_rows_ ? contact_rows_->digest(id, number_) : std::nullopt;
  }
  void keep_row(ContactId id, std::string_view row) const {
    if (contact_rows_) contact_rows_->keep(id, row, number_);
  }

 private:
  std::shared_ptr<const Store> store_;
  std::shared_ptr<Snapshot> snapshot_;
  Checkpoints checkpoints_;
  std::shared_ptr<const ControlState> control_;
  IndexCatalog indexes_;
  std::shared_ptr<ContactRowCache> contact_rows_;
  std::uint64_t number_;
  Shows shows_;  // unset: all
};

}  // namespace rapport
