#include "projections/parked_reader.h"

#include "projections/key_layout.h"

namespace rapport {
namespace {

Result<ParkedRecord> record_of(const View& view, std::string_view key, std::string_view value) {
  auto row = decode_parked_row(value);
  if (!row) return row.error();
  ParkedRecord record{std::string(key), position_of_parked_key(key), *std::move(row), std::nullopt};
  const ControlState& control = view.control();
  if (!control.opened) return record;
  const auto verdict = control.parked_verdicts.find(format_position(control.opened->log, record.position));
  if (verdict != control.parked_verdicts.end()) record.verdict = verdict->second;
  return record;
}

}  // namespace

ParkedState state_of(const ParkedRecord& record) {
  if (!record.verdict) return ParkedState::waiting;
  return record.verdict->fate == ParkedFate::retried ? ParkedState::retried : ParkedState::discarded;
}

Result<ParkedPage> list_parked(const View& view, std::string_view after, std::size_t limit,
                               std::optional<ParkedState> state) {
  const std::string prefix(1, static_cast<char>(RowKind::parked));
  const std::string from = std::max(prefix, std::string(after) + '\0');
  ParkedPage page;
  std::size_t bytes = 0;
  Cursor cursor = view.store().cursor(from, prefix_end(prefix), view.at());
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    auto record = record_of(view, cursor.key(), cursor.value());
    if (!record) return record.error();
    if (state && state_of(*record) != *state) continue;
    bytes += cursor.value().size();
    page.more = page.records.size() == limit || (bytes > kParkedPageBytesMax && !page.records.empty());
    if (page.more) break;
    page.records.push_back(*std::move(record));
  }
  RAPPORT_TRY(cursor.status());
  return page;
}

Result<std::optional<ParkedRecord>> read_parked(const View& view, LogPosition position) {
  const std::string key = parked_key(position);
  const auto row = view.store().get(key, view.at());
  if (!row) return row.error();
  if (!*row) return std::optional<ParkedRecord>();
  auto record = record_of(view, key, **row);
  if (!record) return record.error();
  return std::optional(*std::move(record));
}

}  // namespace rapport
