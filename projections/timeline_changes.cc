#include "projections/timeline_changes.h"

#include <algorithm>
#include <map>
#include <optional>

#include "events/decoder_of_thread.h"
#include "projections/contact_past.h"
#include "projections/contact_paths.h"
#include "projections/key_layout.h"
#include "projections/timeline_writes.h"

namespace rapport {
namespace {

// A late event lost to the writes that were there, later in time, when it came.
bool was_there_before(const TimelineRow& row, const TimelineRow& late) {
  return row.stamp > late.stamp && row.stamp.offset < late.stamp.offset;
}

// `written`: what the row wrote, each with its path.
template <class Written>
void mark_losers(const std::vector<TimelineEntry*>& late, const TimelineRow& row, const Written& written) {
  for (TimelineEntry* loser : late) {
    if (!was_there_before(row, loser->row)) continue;
    for (TimelineChange& change : loser->changes) {
      const auto same_path = [&](const auto& write) { return write.path == change.path; };
      if (std::any_of(written.begin(), written.end(), same_path)) change.won = false;
    }
  }
}

class ChangeReader {
 public:
  ChangeReader(const View& view, const Subject& subject)
      : view_(view), stream_(stream_key(subject)), contact_(std::get_if<ContactId>(&subject)) {}

  Result<void> read(std::vector<TimelineEntry>& entries, RowsGiven given);

 private:
  using Waiting = std::map<std::string, TimelineChange*>;  // by path, those whose old value has not been met
  using Late = std::vector<TimelineEntry*>;

  // In time, the oldest first.
  using Ascending = std::vector<TimelineEntry*>;

  Result<void> find_old_values(const Ascending& changing, const std::vector<TimelineEntry>& all, RowsGiven given);
  Result<void> walk_back(const std::string& upper_bound, const Ascending& ascending, Waiting waiting);
  static void settle(Waiting& waiting, const std::string& path, const JsonText& value);
  Result<void> find_in_snapshot(const ContactSnapshot& snapshot, const Waiting& waiting);
  static void find_losers_among(const Ascending& all, const Late& late);
  Result<void> find_losers(Late late);
  Result<void> find_losers_behind(const PastInterval& interval, const Late& late);
  Result<void> find_losers_of_company(const Late& late);
  Result<void> judge(const Late& late, const TimelineRow& row);

  const View& view_;
  const std::string stream_;
  const ContactId* contact_;  // null: a company, of which no snapshots are kept
  EventDecoder& decoder_ = decoder_of_thread();
};

// What a row wrote is the old value of whoever waits for its path.
void ChangeReader::settle(Waiting& waiting, const std::string& path, const JsonText& value) {
  const auto change = waiting.find(path);
  if (change == waiting.end()) return;
  change->second->old_value = value;
  waiting.erase(change);
}

Result<void> ChangeReader::read(std::vector<TimelineEntry>& entries, RowsGiven given) {
  Ascending changing;
  Late late;
  for (TimelineEntry& entry : entries) {
    auto writes = writes_of(decoder_, entry.row);
    if (!writes) return writes.error();
    for (RegisterWrite& write : *writes) {
      entry.changes.push_back({.path = std::move(write.path), .new_value = std::move(write.value)});
    }
    if (entry.changes.empty()) continue;
    changing.push_back(&entry);
    if (entry.row.late) late.push_back(&entry);
  }
  std::sort(changing.begin(), changing.end(),
            [](const TimelineEntry* a, const TimelineEntry* b) { return a->row.stamp < b->row.stamp; });
  RAPPORT_TRY(find_old_values(changing, entries, given));
  if (given != RowsGiven::all) return find_losers(std::move(late));
  find_losers_among(changing, late);
  return {};
}

void ChangeReader::find_losers_among(const Ascending& all, const Late& late) {
  for (const TimelineEntry* entry : all) mark_losers(late, entry->row, entry->changes);
}

// Rows that stand side by side tell most of it themselves; what they leave waiting was written before the oldest.
Result<void> ChangeReader::find_old_values(const Ascending& changing, const std::vector<TimelineEntry>& all,
                                           RowsGiven given) {
  if (changing.empty()) return {};
  if (given == RowsGiven::some)
    return walk_back(timeline_key(stream_, changing.back()->row.stamp) + '\0', changing, {});
  Waiting waiting;
  for (auto entry = changing.rbegin(); entry != changing.rend(); ++entry) {
    for (const TimelineChange& change : (*entry)->changes) settle(waiting, change.path, change.new_value);
    for (TimelineChange& change : (*entry)->changes) waiting[change.path] = &change;
  }
  if (given == RowsGiven::side_by_side_from_first || given == RowsGiven::all) return {};
  const WriteStamp oldest = std::min(all.front().row.stamp, all.back().row.stamp);
  return walk_back(timeline_key(stream_, oldest), {}, std::move(waiting));
}

// One walk back in time: each write met is the old value of those that wait for its path. What none of a segment's rows
// wrote is looked for in the next snapshot below, not row by row down to the first.
Result<void> ChangeReader::walk_back(const std::string& upper_bound, const Ascending& ascending, Waiting waiting) {
  auto next = ascending.rbegin();
  std::optional<ContactSnapshot> floor;
  std::uint64_t walked = 0;
  Cursor cursor = view_.store().cursor(timeline_prefix(stream_), upper_bound, view_.at());
  for (cursor.seek_last(); cursor.valid() && (next != ascending.rend() || !waiting.empty()); cursor.prev()) {
    const WriteStamp at = timeline_stamp(cursor.key());
    if (floor && at <= floor->covered) return find_in_snapshot(*floor, waiting);
    if (next == ascending.rend() && contact_ != nullptr && ++walked == kSegmentEvents) {
      const Moment before = Moment::at_time(Timestamp{at.time.ms - 1});
      auto interval = past_interval(view_, *contact_, before, before);
      if (!interval) return interval.error();
      floor = std::move(interval->before);
    }
    const auto row = decode_timeline_row(at, cursor.value());
    if (!row) return row.error();
    if (!writes_registers(row->type)) continue;
    const auto writes = writes_of(decoder_, *row);
    if (!writes) return writes.error();
    for (const RegisterWrite& write : *writes) settle(waiting, write.path, write.value);
    if (next != ascending.rend() && (*next)->row.stamp == at) {
      for (TimelineChange& change : (*next)->changes) waiting[change.path] = &change;
      ++next;
    }
  }
  return cursor.status();
}

// All rows above the snapshot have been walked: below are those that it covers, and those that came late.
Result<void> ChangeReader::find_in_snapshot(const ContactSnapshot& snapshot, const Waiting& waiting) {
  std::map<std::string, WrittenValue> last;
  for (const auto& [path, change] : waiting) {
    if (auto written = written_at(snapshot.state, path)) last.emplace(path, *std::move(written));
  }
  const Moment below = Moment::at_time(snapshot.covered.time);
  const auto walked = walk_past(view_, *contact_, {.before = snapshot}, below, below,
                                [&](WriteStamp at, std::string_view bytes) -> Result<void> {
                                  const auto row = decode_timeline_row(at, bytes);
                                  if (!row) return row.error();
                                  auto writes = writes_of(decoder_, *row);
                                  if (!writes) return writes.error();
                                  for (RegisterWrite& write : *writes) {
                                    if (!waiting.contains(write.path)) continue;
                                    WrittenValue& written = last[write.path];
                                    if (written.stamp < at) written = {std::move(write.value), at};
                                  }
                                  return {};
                                });
  if (!walked) return walked.error();
  for (auto& [path, written] : last) waiting.at(path)->old_value = std::move(written.value);
  return {};
}

// What a late event lost to is in what the last snapshot before it holds, or one of the rows between that and it. Those
// of one segment are judged together.
Result<void> ChangeReader::find_losers(Late late) {
  if (late.empty()) return {};
  if (contact_ == nullptr) return find_losers_of_company(late);
  std::sort(late.begin(), late.end(),
            [](const TimelineEntry* a, const TimelineEntry* b) { return a->row.stamp.offset < b->row.stamp.offset; });
  while (!late.empty()) {
    const Moment before = Moment::after_record(Offset{late.front()->row.stamp.offset.value - 1});
    const auto interval = past_interval(view_, *contact_, before, before);
    if (!interval) return interval.error();
    const auto end = std::find_if(late.begin(), late.end(), [&](const TimelineEntry* entry) {
      return interval->after && entry->row.stamp.offset > interval->after->offset;
    });
    RAPPORT_TRY(find_losers_behind(*interval, Late(late.begin(), end)));
    late.erase(late.begin(), end);
  }
  return {};
}

Result<void> ChangeReader::find_losers_behind(const PastInterval& interval, const Late& late) {
  WriteStamp least = late.front()->row.stamp;
  for (TimelineEntry* entry : late) {
    least = std::min(least, entry->row.stamp);
    for (TimelineChange& change : entry->changes) {
      const auto written = interval.before ? written_at(interval.before->state, change.path) : std::nullopt;
      if (written && written->stamp > entry->row.stamp) change.won = false;
    }
  }
  const Moment all = Moment::after_record(late.back()->row.stamp.offset);
  return walk_past(view_, *contact_, interval, all, all, [&](WriteStamp at, std::string_view bytes) -> Result<void> {
    if (at <= least) return {};
    const auto row = decode_timeline_row(at, bytes);
    if (!row) return row.error();
    return judge(late, *row);
  });
}

Result<void> ChangeReader::find_losers_of_company(const Late& late) {
  const auto least = std::min_element(late.begin(), late.end(), [](const TimelineEntry* a, const TimelineEntry* b) {
    return a->row.stamp < b->row.stamp;
  });
  Cursor cursor = view_.store().cursor(timeline_key(stream_, (*least)->row.stamp) + '\0',
                                       prefix_end(timeline_prefix(stream_)), view_.at());
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    const auto row = decode_timeline_row(timeline_stamp(cursor.key()), cursor.value());
    if (!row) return row.error();
    RAPPORT_TRY(judge(late, *row));
  }
  return cursor.status();
}

Result<void> ChangeReader::judge(const Late& late, const TimelineRow& row) {
  const auto writes = writes_of(decoder_, row);
  if (!writes) return writes.error();
  mark_losers(late, row, *writes);
  return {};
}

}  // namespace

Result<void> read_changes(const View& view, const Subject& subject, std::vector<TimelineEntry>& entries,
                          RowsGiven given) {
  return ChangeReader(view, subject).read(entries, given);
}

}  // namespace rapport
