#include "engine/publish/merge_hint.h"

#include "engine/publish/own_events.h"
#include "projections/event_lookup.h"

namespace rapport {

Event merge_hint(EventType type, ContactId survivor, ContactId loser, const std::string& cause_id, Timestamp time) {
  const Payload payload =
      type == EventType::contact_absorbed ? Payload(ContactAbsorbed{loser}) : Payload(ContactParted{loser});
  Event hint = make_event(cause_id + ".hint", std::string(kEngineSource), type, survivor, time, payload);
  hint.causation_id = cause_id;
  return hint;
}

namespace {

// Durable: as far as is known.
bool is_linked(const PublishResult& result) {
  switch (result.status) {
    case PublishStatus::accepted:
    case PublishStatus::durable: return true;
    case PublishStatus::repeated: return result.first_outcome == PublishStatus::accepted;
    case PublishStatus::refused:
    case PublishStatus::parked:
    case PublishStatus::rejected: return false;
  }
  panic("no such status");
}

}  // namespace

MergesToTell::MergesToTell(const std::vector<IncomingEvent>& events) {
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!events[i]) continue;
    const Event& event = *events[i];
    if (const auto* merge = std::get_if<ContactMergedInto>(&event.payload)) {
      merges_.push_back({i, merge->into, event.source, event.id, event.time});
    }
  }
}

Result<std::vector<Event>> MergesToTell::hints(const std::vector<PublishResult>& results, const View& view) const {
  std::vector<Event> out;
  for (const Merge& merge : merges_) {
    const PublishResult& result = results[merge.index];
    if (!is_linked(result)) continue;
    std::optional<Timestamp> time = merge.time;
    if (!time) {
      // The log gave it one. Where it is not folded here, or not yet, that is about now.
      const auto row = find_event(view, {.subject = *result.contact, .source = merge.source, .id = merge.id});
      if (!row) return row.error();
      time = *row ? (*row)->stamp.time : now_wall_clock();
    }
    out.push_back(merge_hint(EventType::contact_absorbed, merge.into, *result.contact, merge.id, *time));
  }
  return out;
}

}  // namespace rapport
