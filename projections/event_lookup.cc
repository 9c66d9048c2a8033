#include "projections/event_lookup.h"

#include "projections/key_layout.h"
#include "projections/seen_lookup.h"

namespace rapport {
namespace {

using Found = Result<std::optional<TimelineRow>>;

Found row_at(const Cursor& cursor) {
  auto row = decode_timeline_row(timeline_stamp(cursor.key()), cursor.value());
  if (!row) return row.error();
  return std::optional(*std::move(row));
}

bool is_of(const TimelineRow& row, std::string_view source, std::string_view id) {
  return row.event_id == id && row.source == source;
}

// The first row at a time stands for itself (stream_ledger.h).
Found find_first_at(const View& view, const std::string& stream, const EventInStream& wanted) {
  const std::string from = timeline_key_at(stream, *wanted.time);
  Cursor cursor = view.store().cursor(from, prefix_end(from), view.at());
  cursor.seek_first();
  if (!cursor.valid()) {
    RAPPORT_TRY(cursor.status());
    return std::optional<TimelineRow>();
  }
  auto row = row_at(cursor);
  if (!row || ((*row)->own_time && is_of(**row, wanted.source, wanted.id))) return row;
  return std::optional<TimelineRow>();
}

Result<std::optional<FirstOutcome>> find_seen(const View& view, const std::string& stream,
                                              const EventInStream& wanted) {
  const auto row = view.store().get(seen_key(stream, event_name(wanted.source, wanted.id, wanted.time)), view.at());
  if (!row) return row.error();
  if (!*row) return std::optional<FirstOutcome>();
  const auto first = decode_first_outcome(**row);
  if (!first) return first.error();
  return std::optional(*first);
}

}  // namespace

Found find_event(const View& view, const EventInStream& wanted) {
  const std::string stream = stream_key(wanted.subject);
  if (wanted.time) {
    auto first = find_first_at(view, stream, wanted);
    if (!first || *first) return first;
  }
  const auto seen = find_seen(view, stream, wanted);
  if (!seen) return seen.error();
  if (!*seen) return std::optional<TimelineRow>();
  const Offset offset = (*seen)->offset;
  const std::string prefix = wanted.time ? timeline_key(stream, {*wanted.time, offset}) : timeline_prefix(stream);
  Cursor cursor = view.store().cursor(prefix, prefix_end(prefix), view.at());
  for (cursor.seek_last(); cursor.valid(); cursor.prev()) {
    if (timeline_stamp(cursor.key()).offset == offset) return row_at(cursor);
  }
  RAPPORT_TRY(cursor.status());
  return std::optional<TimelineRow>();
}

Result<bool> has_event(const View& view, const EventInStream& wanted) {
  const std::string stream = stream_key(wanted.subject);
  if (wanted.time) {
    const auto first = find_first_at(view, stream, wanted);
    if (!first) return first.error();
    if (*first) return true;
  }
  const auto seen = find_seen(view, stream, wanted);
  if (!seen) return seen.error();
  return seen->has_value();
}

Found find_timed_event_lately(const View& view, const Subject& subject, std::string_view source, std::string_view id) {
  const std::string prefix = timeline_prefix(stream_key(subject));
  Cursor cursor = view.store().cursor(prefix, prefix_end(prefix), view.at());
  std::size_t left = kRowsLookedBackMax;
  for (cursor.seek_last(); cursor.valid() && left > 0; cursor.prev(), --left) {
    auto row = row_at(cursor);
    if (!row || ((*row)->own_time && is_of(**row, source, id))) return row;
  }
  RAPPORT_TRY(cursor.status());
  return std::optional<TimelineRow>();
}

}  // namespace rapport
