#include "projections/overlaid_view.h"

#include "projections/key_layout.h"

namespace rapport {
namespace {

std::set<Partition> partitions_of(const Checkpoints& checkpoints) {
  std::set<Partition> out;
  for (const auto& [partition, checkpoint] : checkpoints) out.insert(partition);
  return out;
}

}  // namespace

Result<StoredRows> rows_of_contact(const View& view, ContactId contact, bool state_alone) {
  StoredRows rows;
  for (const auto& [from, to] : contact_row_ranges(contact)) {
    Cursor cursor = view.store().cursor(from, to, view.at());
    for (cursor.seek_first(); cursor.valid(); cursor.next()) {
      rows.emplace_back(std::string(cursor.key()), std::string(cursor.value()));
    }
    RAPPORT_TRY(cursor.status());
    if (state_alone) break;  // it is the first range
  }
  return rows;
}

Result<std::shared_ptr<const View>> overlaid_view(std::shared_ptr<const View> base, const LentRows& lent,
                                                  Checkpoints checkpoints, View::Shows shows) {
  const std::shared_ptr<Store> store(base->store().fork(base->at()).release(),
                                     [base](const Store* fork) { delete fork; });
  // A range is taken away as the keys that stand in it: first those that are left from before, then the lent ones come.
  RowBatch left, rows;
  for (const auto& [contact, stored] : lent) {
    for (const auto& [from, to] : contact_row_ranges(contact)) left.erase_range(from, to);
    for (const auto& [key, value] : stored) rows.put(key, value);
  }
  RAPPORT_TRY(store->write(left, Durability::buffered));
  RAPPORT_TRY(store->write(rows, Durability::buffered));
  const std::shared_ptr<const ControlState> control(base, &base->control());
  const std::set<Partition> partitions = partitions_of(checkpoints);
  const View whole(store, std::move(checkpoints), control, base->indexes());
  return whole.only(partitions, std::move(shows));
}

}  // namespace rapport
