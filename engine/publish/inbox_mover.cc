#include "engine/publish/inbox_mover.h"

#include <future>

#include "engine/publish/holder_lookup.h"
#include "engine/publish/own_events.h"
#include "engine/seal/parked_seal.h"
#include "events/bytes_text.h"

namespace rapport {
namespace {

constexpr std::size_t kEventIdMax = 128;

// The same for the same record, and no other's: a topic that is made anew has the offsets again, but not the time.
std::string parked_id(const InboxRecord& record) {
  std::string id = record.origin + "@" + std::to_string(record.written_at.ms);
  if (id.size() > kEventIdMax) id.erase(0, id.size() - kEventIdMax);
  return id;
}

EventParked parked_as_it_came(const InboxRecord& record, const Error& why) {
  const std::string_view kept = std::string_view(record.raw).substr(0, kParkedBytesMax);
  std::string reason = to_string(why);
  if (kept.size() < record.raw.size()) {
    reason += " (the first " + std::to_string(kept.size()) + " of " + std::to_string(record.raw.size()) + " bytes)";
  }
  return {std::move(reason), to_base64(kept), record.origin};
}

// Sends, and waits for the answer, which comes on another thread.
template <class Send>
Result<Published> wait_for(const Send& send) {
  std::promise<Result<Published>> answer;
  send([&answer](Result<Published> published) { answer.set_value(std::move(published)); });
  return answer.get_future().get();
}

}  // namespace

// Nothing: it names none, or an identity that nobody holds, as far as is folded here.
Result<std::optional<ContactId>> InboxMover::contact_of(const InboxRecord& record, const PublishResult& result) const {
  if (result.contact) return result.contact;
  const auto subject = record.event ? std::optional(record.event->subject) : subject_named_in(record.raw);
  if (!subject) return std::optional<ContactId>();
  if (const auto* contact = std::get_if<ContactId>(&*subject)) return std::optional(*contact);
  const auto* identity = std::get_if<Identity>(&*subject);
  return identity ? look_up_holder(log_, *folder_.view(), *identity) : Result<std::optional<ContactId>>(std::nullopt);
}

Result<Event> InboxMover::parked_event(const InboxRecord& record, const PublishResult& result) const {
  EventParked parked = parked_as_it_came(record, result.error.value_or(Error{Errc::invalid_event, "was rejected"}));
  if (log_.seal() != nullptr) {
    const auto contact = contact_of(record, result);
    if (!contact) return contact.error();
    auto sealed = seal_parked(log_.seal()->keys(), parked, *contact, now_wall_clock());
    if (!sealed) return sealed.error();
    parked = *std::move(sealed);
  }
  Event event = own_event(EventType::event_parked, ControlSubject{}, std::move(parked));
  event.id = parked_id(record);
  return event;
}

Result<void> InboxMover::move(std::span<const InboxRecord> batch) {
  std::vector<IncomingEvent> events;
  for (const InboxRecord& record : batch) events.push_back(record.event);
  const bool is_deletion = deletes_a_contact(events);
  const PublishOptions durable{.wait = PublishWait::durable, .tell_survivors = true};
  PublishOptions options = durable;
  if (is_deletion) {
    options.wait = PublishWait::folded;
    options.wait_max = kDeletionWaitMax;
  }
  const auto published = wait_for([&](auto done) { publisher_.publish(std::move(events), options, std::move(done)); });
  if (!published) return published.error();
  // A fold that has halted may stand for days, and does not keep what comes later from the log.
  const auto late = is_deletion ? not_folded_in_time(*published) : std::nullopt;
  if (late && late->code == Errc::wait_timeout) return *late;

  std::vector<Event> parked;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const PublishResult& result = published->results[i];
    if (result.status != PublishStatus::rejected) continue;
    auto event = parked_event(batch[i], result);
    if (!event) return event.error();
    parked.push_back(*std::move(event));
  }
  if (parked.empty()) return {};
  const std::size_t count = parked.size();
  const auto kept = wait_for([&](auto done) { publisher_.append_own(std::move(parked), durable, std::move(done)); });
  if (!kept) return kept.error();
  parked_ += count;
  return {};
}

}  // namespace rapport
