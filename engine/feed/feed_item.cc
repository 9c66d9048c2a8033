#include "engine/feed/feed_item.h"

namespace rapport {
namespace {

constexpr std::size_t kPage = 50;

// The fold gave it a time, which is not before the record's: it is looked for from there on.
Result<std::optional<TimelineEntry>> entry_without_time(const View& view, const RecordedEvent& recorded) {
  TimelineQuery query{
      .newest_first = false, .limit = kPage, .from = recorded.recorded_at, .types = {recorded.event.type_name}};
  while (true) {
    auto page = read_timeline(view, recorded.event.subject, query);
    if (!page) return page.error();
    for (TimelineEntry& entry : page->entries) {
      if (entry.row.stamp.offset == recorded.position.offset) return std::optional(std::move(entry));
    }
    if (!page->more) return std::optional<TimelineEntry>();
    query.after = page->entries.back().row.stamp;
  }
}

Result<std::optional<TimelineEntry>> timeline_entry(const View& view, const RecordedEvent& recorded) {
  const Event& event = recorded.event;
  if (!event.time) return entry_without_time(view, recorded);
  return read_timeline_entry(view, event.subject, {*event.time, recorded.position.offset});
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
