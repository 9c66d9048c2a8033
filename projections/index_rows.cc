#include "projections/index_rows.h"

#include "projections/index_key.h"
#include "projections/key_layout.h"

namespace rapport {

Result<std::vector<std::string>> read_index_rows(const Store& store, ContactId contact, At at) {
  std::vector<std::string> keys;
  const std::string prefix(1, static_cast<char>(RowKind::index));
  Cursor cursor = store.cursor(prefix, prefix_end(prefix), at);
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    if (index_row(cursor.key(), prefix.size()).contact == contact) keys.emplace_back(cursor.key());
  }
  RAPPORT_TRY(cursor.status());
  return keys;
}

}  // namespace rapport
