#include "projections/timeline_reader.h"

#include <algorithm>
#include <map>

#include "projections/key_layout.h"
#include "projections/timeline_writes.h"

namespace rapport {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool contains(std::string_view text, std::string_view part) {
  const auto found = std::search(text.begin(), text.end(), part.begin(), part.end(),
                                 [](char a, char b) { return lower(a) == lower(b); });
  return found != text.end() || part.empty();
}

bool passes(const TimelineRow& row, const TimelineQuery& query) {
  if (!query.types.empty() && std::find(query.types.begin(), query.types.end(), row.type_name) == query.types.end()) {
    return false;
  }
  if (query.source && row.source != *query.source) return false;
  return contains(row.data, query.text);
}

class TimelineReader {
 public:
  TimelineReader(const View& view, const Subject& subject) : view_(view), stream_(stream_key(subject)) {}

  Result<TimelinePage> read(const TimelineQuery& query);

 private:
  Result<TimelineRow> decode(const Cursor& cursor) const {
    return decode_timeline_row(timeline_stamp(cursor.key()), cursor.value());
  }
  Result<void> fill(const TimelineQuery& query, TimelinePage& page);
  Result<void> add_changes(TimelinePage& page);
  Result<void> find_old_values(const std::vector<TimelineEntry*>& ascending);
  Result<void> find_losers(const std::vector<TimelineEntry*>& ascending);

  const View& view_;
  const std::string stream_;
  EventDecoder decoder_;
};

Result<TimelinePage> TimelineReader::read(const TimelineQuery& query) {
  TimelinePage page;
  RAPPORT_TRY(fill(query, page));
  RAPPORT_TRY(add_changes(page));
  return page;
}

Result<void> TimelineReader::fill(const TimelineQuery& query, TimelinePage& page) {
  std::string lower_bound = query.from ? timeline_key_at(stream_, *query.from) : timeline_prefix(stream_);
  std::string upper_bound =
      query.before ? timeline_key_at(stream_, *query.before) : prefix_end(timeline_prefix(stream_));
  if (query.after) {
    const std::string last = timeline_key(stream_, *query.after);
    if (query.newest_first) {
      upper_bound = std::min(upper_bound, last);
    } else {
      lower_bound = std::max(lower_bound, last + '\0');
    }
  }
  if (lower_bound >= upper_bound) return {};
  Cursor cursor = view_.store().cursor(lower_bound, upper_bound, view_.at());
  query.newest_first ? cursor.seek_last() : cursor.seek_first();
  for (; cursor.valid(); query.newest_first ? cursor.prev() : cursor.next()) {
    auto row = decode(cursor);
    if (!row) return row.error();
    if (!passes(*row, query)) continue;
    if (page.entries.size() == query.limit) {
      page.more = true;
      return {};
    }
    page.entries.push_back({*std::move(row), {}});
  }
  return cursor.status();
}

Result<void> TimelineReader::add_changes(TimelinePage& page) {
  std::vector<TimelineEntry*> changing;
  for (TimelineEntry& entry : page.entries) {
    auto writes = writes_of(decoder_, entry.row);
    if (!writes) return writes.error();
    for (RegisterWrite& write : *writes) {
      entry.changes.push_back({.path = std::move(write.path), .new_value = std::move(write.value)});
    }
    if (!entry.changes.empty()) changing.push_back(&entry);
  }
  std::sort(changing.begin(), changing.end(),
            [](const TimelineEntry* a, const TimelineEntry* b) { return a->row.stamp < b->row.stamp; });
  RAPPORT_TRY(find_old_values(changing));
  return find_losers(changing);
}

// One walk back in time from the newest: each write met is the old value of those that wait for its path.
Result<void> TimelineReader::find_old_values(const std::vector<TimelineEntry*>& ascending) {
  if (ascending.empty()) return {};
  std::map<std::string, TimelineChange*> waiting;
  auto next = ascending.rbegin();
  const std::string upper_bound = timeline_key(stream_, (*next)->row.stamp) + '\0';
  Cursor cursor = view_.store().cursor(timeline_prefix(stream_), upper_bound, view_.at());
  for (cursor.seek_last(); cursor.valid() && (next != ascending.rend() || !waiting.empty()); cursor.prev()) {
    const auto row = decode(cursor);
    if (!row) return row.error();
    if (!writes_registers(row->type)) continue;
    const auto writes = writes_of(decoder_, *row);
    if (!writes) return writes.error();
    for (const RegisterWrite& write : *writes) {
      const auto change = waiting.find(write.path);
      if (change == waiting.end()) continue;
      change->second->old_value = write.value;
      waiting.erase(change);
    }
    if (next != ascending.rend() && (*next)->row.stamp == row->stamp) {
      for (TimelineChange& change : (*next)->changes) waiting[change.path] = &change;
      ++next;
    }
  }
  return cursor.status();
}

// One walk forward: a late event lost to the writes that were there, later in time, when it came.
Result<void> TimelineReader::find_losers(const std::vector<TimelineEntry*>& ascending) {
  std::vector<TimelineEntry*> late;
  for (TimelineEntry* entry : ascending) {
    if (entry->row.late) late.push_back(entry);
  }
  if (late.empty()) return {};
  Cursor cursor = view_.store().cursor(timeline_key(stream_, late.front()->row.stamp) + '\0',
                                       prefix_end(timeline_prefix(stream_)), view_.at());
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    const auto row = decode(cursor);
    if (!row) return row.error();
    const auto writes = writes_of(decoder_, *row);
    if (!writes) return writes.error();
    for (const RegisterWrite& write : *writes) {
      for (TimelineEntry* entry : late) {
        if (row->stamp <= entry->row.stamp || row->stamp.offset > entry->row.stamp.offset) continue;
        for (TimelineChange& change : entry->changes) {
          if (change.path == write.path) change.won = false;
        }
      }
    }
  }
  return cursor.status();
}

}  // namespace

Result<TimelinePage> read_timeline(const View& view, const Subject& subject, const TimelineQuery& query) {
  return TimelineReader(view, subject).read(query);
}

}  // namespace rapport
