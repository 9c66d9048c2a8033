#include "projections/timeline_reader.h"

#include <algorithm>

#include "projections/caseless.h"
#include "projections/key_layout.h"
#include "projections/timeline_changes.h"

namespace rapport {
namespace {

bool passes(const TimelineRow& row, const TimelineQuery& query) {
  if (!query.types.empty() && std::find(query.types.begin(), query.types.end(), row.type_name) == query.types.end()) {
    return false;
  }
  if (query.source && row.source != *query.source) return false;
  return contains_caseless(row.data, query.text);
}

bool passes_all(const TimelineQuery& query) { return query.types.empty() && !query.source && query.text.empty(); }

// Nothing stands before the oldest of the page.
bool reaches_first(const TimelineQuery& query, const TimelinePage& page) {
  return !query.from && (query.newest_first ? !page.more : !query.after);
}

// Nothing stands behind the newest of the page.
bool reaches_last(const TimelineQuery& query, const TimelinePage& page) {
  return !query.before && (query.newest_first ? !query.after : !page.more);
}

RowsGiven rows_given(const TimelineQuery& query, const TimelinePage& page) {
  if (!passes_all(query)) return RowsGiven::some;
  if (!reaches_first(query, page)) return RowsGiven::side_by_side;
  return reaches_last(query, page) ? RowsGiven::all : RowsGiven::side_by_side_from_first;
}

class TimelineReader {
 public:
  TimelineReader(const View& view, const Subject& subject)
      : view_(view), subject_(subject), stream_(stream_key(subject)) {}

  Result<TimelinePage> read(const TimelineQuery& query);

 private:
  Result<TimelineRow> decode(const Cursor& cursor) const {
    return decode_timeline_row(timeline_stamp(cursor.key()), cursor.value());
  }
  Result<void> fill(const TimelineQuery& query, TimelinePage& page);

  const View& view_;
  const Subject& subject_;
  const std::string stream_;
};

Result<TimelinePage> TimelineReader::read(const TimelineQuery& query) {
  TimelinePage page;
  RAPPORT_TRY(fill(query, page));
  RAPPORT_TRY(read_changes(view_, subject_, page.entries, rows_given(query, page)));
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
  std::size_t bytes = 0;
  for (; cursor.valid(); query.newest_first ? cursor.prev() : cursor.next()) {
    auto row = decode(cursor);
    if (!row) return row.error();
    if (!passes(*row, query)) continue;
    bytes += row->data.size();
    if (page.entries.size() == query.limit || (bytes > kTimelinePageBytesMax && !page.entries.empty())) {
      page.more = true;
      return {};
    }
    page.entries.push_back({*std::move(row), {}});
  }
  return cursor.status();
}

}  // namespace

Result<TimelinePage> read_timeline(const View& view, const Subject& subject, const TimelineQuery& query) {
  return TimelineReader(view, subject).read(query);
}

Result<std::optional<TimelineEntry>> read_timeline_entry(const View& view, const Subject& subject, WriteStamp at) {
  const auto bytes = view.store().get(timeline_key(stream_key(subject), at), view.at());
  if (!bytes) return bytes.error();
  if (!*bytes) return std::optional<TimelineEntry>();
  auto row = decode_timeline_row(at, **bytes);
  if (!row) return row.error();
  std::vector<TimelineEntry> entries{{*std::move(row), {}}};
  RAPPORT_TRY(read_changes(view, subject, entries));
  return std::optional(std::move(entries.front()));
}

}  // namespace rapport
