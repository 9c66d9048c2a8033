#include "projections/seen_lookup.h"

#include <algorithm>

#include "projections/key_layout.h"
#include "projections/row_bytes.h"

namespace rapport {

void SeenLookup::plan(StreamRows& rows, const StreamLedger& ledger, std::span<const RecordedEvent* const> events) {
  // A stream that has no event yet has no row.
  if (!ledger.latest) return;
  StreamLedger running;
  running.latest = ledger.latest;
  for (const RecordedEvent* recorded : events) {
    const Event& event = recorded->event;
    const Timestamp time = time_in_stream(running, *recorded);
    if (!event.time || time <= *running.latest) {
      const EventName name = event_name(event);
      wanted_.push_back({seen_key(rows.key, name), &rows, name});
      if (event.time && time <= *ledger.latest) times_.push_back({&rows, time});
    }
    running.latest = std::max(*running.latest, time);
  }
}

Result<void> SeenLookup::load(const Store& store) {
  std::sort(wanted_.begin(), wanted_.end(), [](const Wanted& a, const Wanted& b) { return a.key < b.key; });
  std::vector<std::string_view> keys;
  keys.reserve(wanted_.size());
  for (const auto& wanted : wanted_) keys.push_back(wanted.key);
  auto found = store.multi_get(keys);
  if (!found) return found.error();
  for (std::size_t i = 0; i < wanted_.size(); ++i) {
    if (!(*found)[i]) continue;
    const auto first = decode_first_outcome(*(*found)[i]);
    if (!first) return first.error();
    wanted_[i].rows->seen.load(wanted_[i].name, *first);
  }

  // The first row at a time stands for itself: it has no row of its own among those seen.
  for (const auto& [rows, time] : times_) {
    const std::string from = timeline_key_at(rows->key, time);
    Cursor cursor = store.cursor(from, prefix_end(from));
    cursor.seek_first();
    if (!cursor.valid()) {
      RAPPORT_TRY(cursor.status());
      continue;
    }
    const WriteStamp stamp = timeline_stamp(cursor.key());
    const auto row = decode_timeline_row(stamp, cursor.value());
    if (!row) return row.error();
    if (row->own_time) rows->seen.load(event_name(row->source, row->event_id, time), {row->refusal, stamp.offset});
  }
  return {};
}

std::string encode_first_outcome(const FirstOutcome& first) {
  std::string row;
  RowWriter out(row);
  out.byte(static_cast<std::uint8_t>(first.refusal));
  out.number(static_cast<std::uint64_t>(first.offset.value));
  return row;
}

Result<FirstOutcome> decode_first_outcome(std::string_view row) {
  RowReader in(row);
  FirstOutcome first;
  const std::uint8_t refusal = in.byte();
  first.refusal = static_cast<Refusal>(refusal);
  first.offset.value = static_cast<std::int64_t>(in.number());
  if (!in.done() || refusal > kRefusalLast) return Error{Errc::corrupt, "a row of an event seen does not decode"};
  return first;
}

}  // namespace rapport
