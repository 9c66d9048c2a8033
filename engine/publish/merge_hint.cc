#include "engine/publish/merge_hint.h"

#include <map>

#include "engine/publish/own_events.h"
#include "events/stable_id.h"
#include "projections/contact_history.h"
#include "projections/contact_reader.h"
#include "projections/event_lookup.h"

namespace rapport {
namespace {

// Of one link it is always the same. Links of several contacts to one may have one id: they stand in their own streams.
std::string hint_id(EventType type, ContactId loser, const std::string& cause_id) {
  return stable_id({event_type_row(type).name, to_string(Subject{loser}), cause_id}) + ".hint";
}

}  // namespace

Event merge_hint(EventType type, ContactId survivor, ContactId loser, const std::string& cause_id, Timestamp time) {
  const Payload payload =
      type == EventType::contact_absorbed ? Payload(ContactAbsorbed{loser}) : Payload(ContactParted{loser});
  Event hint = make_event(hint_id(type, loser, cause_id), std::string(kEngineSource), type, survivor, time, payload);
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

Result<std::optional<ContactId>> link_of(Result<std::optional<ContactState>> state) {
  if (!state) return state.error();
  return *state ? (*state)->merged_into.value : std::nullopt;
}

}  // namespace

Result<std::optional<ContactId>> parted_from(const View& view, ContactId loser, WriteStamp cut) {
  return link_of(read_contact_at(view, loser, {.time_max = cut.time, .offset_max = Offset{cut.offset.value - 1}}));
}

MergesToTell::MergesToTell(const std::vector<IncomingEvent>& events, HintsOf told) {
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!events[i]) continue;
    const Event& event = *events[i];
    if (const auto* merge = std::get_if<ContactMergedInto>(&event.payload)) {
      if (told == HintsOf::all) links_.push_back({i, merge->into, event.source, event.id, event.time});
    } else if (std::holds_alternative<ContactUnmerged>(event.payload)) {
      links_.push_back({i, std::nullopt, event.source, event.id, event.time});
    }
  }
}

Result<std::vector<Event>> MergesToTell::hints(const std::vector<PublishResult>& results, const View& view,
                                               const Folds& folds) const {
  std::vector<Event> out;
  std::map<ContactId, std::optional<ContactId>> linked;  // by this call's own events
  for (const Link& link : links_) {
    const PublishResult& result = results[link.index];
    if (!is_linked(result)) continue;
    const ContactId loser = *result.contact;
    if (!link.into && !folds(loser)) continue;
    std::optional<TimelineRow> row;
    if (!link.time || !link.into) {
      auto found = find_event(view, {.subject = loser, .source = link.source, .id = link.id, .time = link.time});
      if (!found) return found.error();
      row = *std::move(found);
    }
    std::optional<ContactId> survivor = link.into;
    if (!survivor) {
      // Not folded yet, it cuts the link that there is.
      const auto before = linked.find(loser);
      const auto cut = row                      ? parted_from(view, loser, row->stamp)
                       : before != linked.end() ? Result<std::optional<ContactId>>(before->second)
                                                : link_of(read_contact(view, loser));
      if (!cut) return cut.error();
      survivor = *cut;
    }
    linked[loser] = link.into;
    if (!survivor) continue;
    // Where the log gave it its time, and it is not folded here, or not yet, that is about now.
    const Timestamp time = link.time ? *link.time : row ? row->stamp.time : now_wall_clock();
    const EventType type = link.into ? EventType::contact_absorbed : EventType::contact_parted;
    out.push_back(merge_hint(type, *survivor, loser, link.id, time));
  }
  return out;
}

void MergesToTell::leave_open(std::vector<PublishResult>& results, const Error& why) const {
  for (const Link& link : links_) {
    PublishResult& result = results[link.index];
    if (!is_linked(result)) continue;
    result = {.status = PublishStatus::durable, .contact = result.contact, .position = result.position, .error = why};
  }
}

}  // namespace rapport
