#include "projections/contact_past.h"

#include <algorithm>
#include <vector>

#include "projections/contact_row.h"
#include "projections/key_layout.h"
#include "projections/seen_lookup.h"

namespace rapport {
namespace {

// Of the event that is being applied: it is not counted yet.
std::uint32_t segment_of_next(const ContactRows& rows) {
  return static_cast<std::uint32_t>(rows.state.ledger.event_count() / kSegmentEvents);
}

Result<ContactSnapshot> decode_snapshot(std::string_view key, std::string_view row) {
  auto state = decode_contact(row);
  if (!state) return state.error();
  return ContactSnapshot{timeline_stamp(key), *std::move(state)};
}

// The row named, as the last of the first `segments` left it, where a later one has changed it since.
Result<std::optional<std::string>> kept_row(const View& view, const std::string& first, std::uint32_t segments,
                                            const std::string& last) {
  if (segments == 0) return std::optional<std::string>();
  Cursor cursor = view.store().cursor(first, last + '\0', view.at());
  cursor.seek_last();
  if (cursor.valid()) return std::optional(std::string(cursor.value()));
  RAPPORT_TRY(cursor.status());
  return std::optional<std::string>();
}

template <class Entry>
Result<Entry> past_entry(const View& view, const std::string& key_now,
                         std::string (*past_key)(ContactId, std::string_view, std::uint32_t), ContactId id,
                         std::string_view entry_id, std::uint32_t segments, Result<Entry> (*decode)(std::string_view)) {
  const auto now = view.store().get(key_now, view.at());
  if (!now) return now.error();
  if (!*now) return Entry{};
  auto entry = decode(**now);
  if (!entry || entry->segment < segments) return entry;
  const auto kept =
      kept_row(view, past_key(id, entry_id, 0), segments, past_key(id, entry_id, segments == 0 ? 0 : segments - 1));
  if (!kept) return kept.error();
  return *kept ? decode(**kept) : Entry{};
}

// Rows that came late, to a time before the snapshot's latest: each has a row among the events seen.
Result<std::vector<WriteStamp>> late_stamps(const View& view, ContactId id, WriteStamp covered) {
  const std::string prefix = seen_prefix(stream_key(id)) + 't';
  std::vector<WriteStamp> out;
  Cursor cursor = view.store().cursor(prefix, prefix_end(prefix), view.at());
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    const Timestamp time = time_of_seen_key(cursor.key());
    if (time >= covered.time) break;
    const auto first = decode_first_outcome(cursor.value());
    if (!first) return first.error();
    if (first->offset > covered.offset) out.push_back({time, first->offset});
  }
  RAPPORT_TRY(cursor.status());
  std::sort(out.rbegin(), out.rend());
  return out;
}

}  // namespace

void keep_past_visit(ContactRows& rows, std::string_view id, Visit& visit) {
  if (!rows.past_wanted) return;
  const std::uint32_t segment = segment_of_next(rows);
  if (visit.exists() && visit.segment < segment) {
    rows.past[past_visit_key(rows.id, id, visit.segment)] = encode_visit(visit);
  }
  visit.segment = segment;
}

void keep_past_case(ContactRows& rows, std::string_view id, Case& support_case) {
  if (!rows.past_wanted) return;
  const std::uint32_t segment = segment_of_next(rows);
  if (support_case.exists() && support_case.segment < segment) {
    rows.past[past_case_key(rows.id, id, support_case.segment)] = encode_case(support_case);
  }
  support_case.segment = segment;
}

void keep_snapshot(ContactRows& rows, Offset offset) {
  const ContactState& state = rows.state;
  if (!rows.past_wanted || state.gone == Gone::erased || state.ledger.event_count() % kSegmentEvents != 0) return;
  rows.past[snapshot_key(rows.id, {*state.ledger.latest, offset})] = encode_contact(state);
}

Result<PastInterval> past_interval(const View& view, ContactId id, Moment one, Moment other) {
  const WriteStamp least{std::min(one.time_max, other.time_max), std::min(one.offset_max, other.offset_max)};
  const WriteStamp most{std::max(one.time_max, other.time_max), std::max(one.offset_max, other.offset_max)};
  const auto covered_by = [](WriteStamp at, WriteStamp limit) {
    return at.time <= limit.time && at.offset <= limit.offset;
  };
  PastInterval interval;
  const std::string prefix = snapshot_prefix(id);
  Cursor cursor = view.store().cursor(prefix, prefix_end(prefix), view.at());
  // From the newest back: the first that the moments cover is the one, and those passed are candidates for the next.
  for (cursor.seek_last(); cursor.valid(); cursor.prev()) {
    const WriteStamp covered = timeline_stamp(cursor.key());
    if (covered_by(covered, least)) {
      auto snapshot = decode_snapshot(cursor.key(), cursor.value());
      if (!snapshot) return snapshot.error();
      interval.before = *std::move(snapshot);
      return interval;
    }
    // All that is up to the offset, whatever its time; of a limit of time it says nothing: late rows may come.
    if (covered.offset >= most.offset) interval.after = covered;
  }
  RAPPORT_TRY(cursor.status());
  return interval;
}

Result<PastInterval> past_interval_of_version(const View& view, ContactId id, std::uint64_t version) {
  PastInterval interval;
  const std::string prefix = snapshot_prefix(id);
  Cursor cursor = view.store().cursor(prefix, prefix_end(prefix), view.at());
  for (cursor.seek_last(); cursor.valid(); cursor.prev()) {
    auto snapshot = decode_snapshot(cursor.key(), cursor.value());
    if (!snapshot) return snapshot.error();
    if (snapshot->state.version() < version) {
      interval.before = *std::move(snapshot);
      return interval;
    }
    interval.after = snapshot->covered;
  }
  RAPPORT_TRY(cursor.status());
  return interval;
}

Result<Visit> past_visit(const View& view, ContactId id, std::string_view visit_id, std::uint32_t segments) {
  return past_entry<Visit>(view, visit_key(id, visit_id), past_visit_key, id, visit_id, segments, decode_visit);
}

Result<Case> past_case(const View& view, ContactId id, std::string_view case_id, std::uint32_t segments) {
  return past_entry<Case>(view, case_key(id, case_id), past_case_key, id, case_id, segments, decode_case);
}

Result<void> walk_past(const View& view, ContactId id, const PastInterval& interval, Moment one, Moment other,
                       const std::function<Result<void>(WriteStamp at, std::string_view row)>& each) {
  const std::string stream = stream_key(id);
  const std::string all = timeline_prefix(stream);
  const auto behind = [&](WriteStamp at) { return timeline_key(stream, {at.time, Offset{at.offset.value + 1}}); };
  Timestamp latest = std::max(one.time_max, other.time_max);
  if (interval.after) latest = std::min(latest, interval.after->time);
  const auto wanted = [&](WriteStamp at) { return one.covers(at) || other.covers(at); };

  Cursor cursor = view.store().cursor(
      interval.before ? behind(interval.before->covered) : all,
      latest < kTimestampMax ? timeline_key_at(stream, Timestamp{latest.ms + 1}) : prefix_end(all), view.at());
  for (cursor.seek_last(); cursor.valid(); cursor.prev()) {
    const WriteStamp at = timeline_stamp(cursor.key());
    if (wanted(at)) RAPPORT_TRY(each(at, cursor.value()));
  }
  RAPPORT_TRY(cursor.status());
  if (!interval.before) return {};
  const auto late = late_stamps(view, id, interval.before->covered);
  if (!late) return late.error();
  for (const WriteStamp at : *late) {
    if (!wanted(at)) continue;
    const auto row = view.store().get(timeline_key(stream, at), view.at());
    if (!row) return row.error();
    if (!*row) return Error{Errc::corrupt, "an event seen has no timeline row"};
    RAPPORT_TRY(each(at, **row));
  }
  return {};
}

}  // namespace rapport
