#include "projections/overlaid_view.h"

#include "projections/contact_reader.h"
#include "projections/key_layout.h"

namespace rapport {
namespace {

std::set<Partition> partitions_of(const Checkpoints& checkpoints) {
  std::set<Partition> out;
  for (const auto& [partition, checkpoint] : checkpoints) out.insert(partition);
  return out;
}

std::vector<std::pair<std::string, std::string>> ranges_of(ContactId contact, bool state_alone) {
  if (!state_alone) return contact_row_ranges(contact);
  const std::string state = state_key(stream_key(contact));
  return {{state, prefix_end(state)}};
}

}  // namespace

std::size_t bytes_of(const StoredRows& rows) {
  std::size_t bytes = 0;
  for (const auto& [key, value] : rows) bytes += key.size() + value.size();
  return bytes;
}

Result<StoredRows> rows_of_contact(const View& view, ContactId contact, bool state_alone) {
  StoredRows rows;
  for (const auto& [from, to] : ranges_of(contact, state_alone)) {
    Cursor cursor = view.store().cursor(from, to, view.at());
    for (cursor.seek_first(); cursor.valid(); cursor.next()) {
      rows.emplace_back(std::string(cursor.key()), std::string(cursor.value()));
    }
    RAPPORT_TRY(cursor.status());
  }
  return rows;
}

Result<std::shared_ptr<const View>> overlaid_view(std::shared_ptr<const View> base, const LentRows& lent,
                                                  bool states_alone, Checkpoints checkpoints, View::Shows shows) {
  const std::shared_ptr<Store> store(base->store().fork(base->at()).release(),
                                     [base](const Store* fork) { delete fork; });
  // A range is taken away as the keys that stand in it: first those that are left from before, then the lent ones come.
  RowBatch left, rows;
  for (const auto& [contact, stored] : lent) {
    for (const auto& [from, to] : ranges_of(contact, states_alone)) left.erase_range(from, to);
    for (const auto& [key, value] : stored) rows.put(key, value);
  }
  RAPPORT_TRY(store->write(left, Durability::buffered));
  RAPPORT_TRY(store->write(rows, Durability::buffered));
  const std::shared_ptr<const ControlState> control(base, &base->control());
  const std::set<Partition> partitions = partitions_of(checkpoints);
  const View whole(store, std::move(checkpoints), control, base->indexes());
  return whole.only(partitions, std::move(shows));
}

Result<std::shared_ptr<const View>> view_without(std::shared_ptr<const View> part, std::set<ContactId> contacts,
                                                 const std::function<Partition(ContactId)>& partition_of) {
  Checkpoints checkpoints = part->checkpoints();
  for (const ContactId id : contacts) {
    const auto state = read_contact(*part, id);
    if (!state) return state.error();
    if (*state) checkpoints[partition_of(id)].move_root((*state)->standing(), Standing::none);
  }
  return overlaid_view(part, {}, true, std::move(checkpoints), [part, left_out = std::move(contacts)](ContactId id) {
    return part->shows(id) && !left_out.contains(id);
  });
}

}  // namespace rapport
