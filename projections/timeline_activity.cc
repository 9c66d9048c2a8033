#include "projections/timeline_activity.h"

#include "projections/contact_state.h"
#include "projections/key_layout.h"
#include "projections/timeline_row.h"

namespace rapport {
namespace {

ActivityKind kind_of(const TimelineRow& row) {
  if (row.refusal != Refusal::none) return ActivityKind::refused;
  switch (row.type) {
    case EventType::visit_started:
    case EventType::visit_ended:
    case EventType::page_viewed: return ActivityKind::visits;
    case EventType::chat_started:
    case EventType::chat_message:
    case EventType::case_status_changed: return ActivityKind::chats;
    case EventType::note_added: return ActivityKind::notes;
    default: break;
  }
  const bool is_company_edit = row.type == EventType::company_created || row.type == EventType::company_changed ||
                               row.type == EventType::company_deleted;
  return is_contact_change(row.type) || is_company_edit ? ActivityKind::edits : ActivityKind::other;
}

Timestamp start_of(Timestamp time, std::int64_t bucket_ms) {
  const std::int64_t past = time.ms % bucket_ms;
  return Timestamp{time.ms - past - (past < 0 ? bucket_ms : 0)};
}

}  // namespace

Result<std::vector<ActivityBucket>> read_activity(const View& view, const Subject& subject,
                                                  const ActivityQuery& query) {
  const std::string stream = stream_key(subject);
  const std::string from = query.from ? timeline_key_at(stream, *query.from) : timeline_prefix(stream);
  const std::string to = query.before ? timeline_key_at(stream, *query.before) : prefix_end(timeline_prefix(stream));
  std::vector<ActivityBucket> buckets;
  if (from >= to) return buckets;
  Cursor cursor = view.store().cursor(from, to, view.at());
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    const auto row = decode_timeline_row(timeline_stamp(cursor.key()), cursor.value());
    if (!row) return row.error();
    const Timestamp start = start_of(row->stamp.time, query.bucket_ms);
    if (buckets.empty() || buckets.back().start != start) {
      if (buckets.size() == kActivityBucketsMax) {
        return Error{Errc::too_large, "there are more than " + std::to_string(kActivityBucketsMax) +
                                          " buckets with events: ask for longer ones"};
      }
      buckets.push_back({.start = start});
    }
    ++buckets.back().counts[static_cast<std::size_t>(kind_of(*row))];
  }
  RAPPORT_TRY(cursor.status());
  return buckets;
}

}  // namespace rapport
