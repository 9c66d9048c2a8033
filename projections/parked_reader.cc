#include "projections/parked_reader.h"

#include "projections/key_layout.h"

namespace rapport {

Result<std::vector<ParkedRecord>> list_parked(const View& view, std::string_view after, std::size_t limit) {
  const std::string prefix(1, static_cast<char>(RowKind::parked));
  const std::string from = std::max(prefix, std::string(after) + '\0');
  std::vector<ParkedRecord> out;
  Cursor cursor = view.store().cursor(from, prefix_end(prefix), view.at());
  const auto& opened = view.control().opened;
  for (cursor.seek_first(); cursor.valid() && out.size() < limit; cursor.next()) {
    const LogPosition position = position_of_parked_key(cursor.key());
    if (opened && view.control().parked_fates.contains(format_position(opened->log, position))) continue;
    auto row = decode_parked_row(cursor.value());
    if (!row) return row.error();
    out.push_back({std::string(cursor.key()), position, *std::move(row)});
  }
  RAPPORT_TRY(cursor.status());
  return out;
}

}  // namespace rapport
