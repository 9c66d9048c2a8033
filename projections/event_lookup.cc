#include "projections/event_lookup.h"

#include "projections/key_layout.h"

namespace rapport {

Result<std::optional<TimelineRow>> find_event(const View& view, const EventInStream& wanted) {
  const std::string stream = stream_key(wanted.subject);
  if (!wanted.own_time) {
    const auto seen = view.store().get(seen_key(stream, event_name(wanted.source, wanted.id, std::nullopt)), view.at());
    if (!seen) return seen.error();
    if (!*seen) return std::optional<TimelineRow>();
  }
  Cursor cursor = view.store().cursor(timeline_prefix(stream), prefix_end(timeline_prefix(stream)), view.at());
  for (cursor.seek_last(); cursor.valid(); cursor.prev()) {
    auto row = decode_timeline_row(timeline_stamp(cursor.key()), cursor.value());
    if (!row) return row.error();
    if (row->own_time == wanted.own_time && row->event_id == wanted.id && row->source == wanted.source) {
      return std::optional(*std::move(row));
    }
  }
  RAPPORT_TRY(cursor.status());
  return std::optional<TimelineRow>();
}

}  // namespace rapport
