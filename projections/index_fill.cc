#include "projections/index_fill.h"

#include "projections/contact_index.h"
#include "projections/contact_row.h"
#include "projections/key_layout.h"

namespace rapport {

Result<void> fill_index(const Store& store, IndexCatalog& indexes, std::size_t contacts_max, RowBatch& batch) {
  const FieldIndex index = indexes.first_unfilled().value();
  IndexFill fill = indexes.fill_of(index);
  RowBuffer rows;
  std::size_t contacts = 0;
  const std::string from = state_key(stream_key(fill.filled_to)) + '\0';
  Cursor cursor = store.cursor(from, prefix_end(state_key(stream_key(ContactId{kIdMax}))));
  for (cursor.seek_first(); cursor.valid() && contacts < contacts_max; cursor.next(), ++contacts) {
    fill.filled_to = contact_of_state_key(cursor.key());
    const auto state = decode_contact(cursor.value());
    if (!state) return state.error();
    write_index_changes({}, IndexEntries::of_field(index, fill.filled_to, *state), rows);
  }
  RAPPORT_TRY(cursor.status());
  fill.whole = !cursor.valid();
  if (fill.whole) fill.filled_to = ContactId{0};  // the same row, however the pieces were cut
  indexes.set_fill(index, fill, rows);
  rows.move_into(batch);
  return {};
}

}  // namespace rapport
