#include "engine/feed/feed_item.h"

namespace rapport {
namespace {

constexpr std::size_t kPage = 50;

Result<std::optional<TimelineEntry>> entry_of_page(const View& view, const Subject& subject, TimelineQuery query,
                                                   Offset offset) {
  while (true) {
    auto page = read_timeline(view, subject, query);
    if (!page) return page.error();
    for (TimelineEntry& entry : page->entries) {
      if (entry.row.stamp.offset == offset) return std::optional(std::move(entry));
    }
    const bool more = page->more && query.limit > 1;
    if (!more) return std::optional<TimelineEntry>();
    query.after = page->entries.back().row.stamp;
  }
}

// The timeline is ordered by time. An event without one was given one by the fold, which is not before the record's.
Result<std::optional<TimelineEntry>> timeline_entry(const View& view, const RecordedEvent& recorded) {
  const Offset offset = recorded.position.offset;
  TimelineQuery query;
  query.types = {recorded.event.type_name};
  if (recorded.event.time) {
    query.limit = 1;
    query.after = WriteStamp{*recorded.event.time, Offset{offset.value + 1}};
  } else {
    query.newest_first = false;
    query.limit = kPage;
    query.from = recorded.recorded_at;
  }
  return entry_of_page(view, recorded.event.subject, std::move(query), offset);
}

}  // namespace

Result<FeedItems> feed_items(const View& view, std::span<const FoldRecord> records) {
  FeedItems out;
  for (const FoldRecord& record : records) {
    const auto* contact = record.park ? nullptr : std::get_if<ContactId>(&record.recorded.event.subject);
    if (contact == nullptr) continue;
    auto entry = timeline_entry(view, record.recorded);
    if (!entry) return entry.error();
    if (!*entry) continue;
    out.push_back(std::make_shared<const FeedItem>(FeedItem{record.recorded.position, *contact, **std::move(entry)}));
  }
  return out;
}

}  // namespace rapport
