#include "engine/publish/inbox_mover.h"

#include <future>

#include "engine/publish/own_events.h"
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

Event parked_event(const InboxRecord& record, const Error& why) {
  const std::string_view kept = std::string_view(record.raw).substr(0, kParkedBytesMax);
  std::string reason = to_string(why);
  if (kept.size() < record.raw.size()) {
    reason += " (the first " + std::to_string(kept.size()) + " of " + std::to_string(record.raw.size()) + " bytes)";
  }
  Event event = own_event(EventType::event_parked, ControlSubject{},
                          EventParked{std::move(reason), to_base64(kept), record.origin});
  event.id = parked_id(record);
  return event;
}

// Sends, and waits for the answer, which comes on another thread.
template <class Send>
Result<Published> wait_for(const Send& send) {
  std::promise<Result<Published>> answer;
  send([&answer](Result<Published> published) { answer.set_value(std::move(published)); });
  return answer.get_future().get();
}

}  // namespace

Result<void> InboxMover::move(std::span<const InboxRecord> batch) {
  const PublishOptions durable{.wait = PublishWait::durable};
  std::vector<IncomingEvent> events;
  for (const InboxRecord& record : batch) events.push_back(record.event);
  const auto published = wait_for([&](auto done) { publisher_.publish(std::move(events), durable, std::move(done)); });
  if (!published) return published.error();

  std::vector<Event> parked;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const PublishResult& result = published->results[i];
    if (result.status != PublishStatus::rejected) continue;
    parked.push_back(parked_event(batch[i], result.error.value_or(Error{Errc::invalid_event, "was rejected"})));
  }
  if (parked.empty()) return {};
  const auto kept = wait_for([&](auto done) { publisher_.append_own(std::move(parked), durable, std::move(done)); });
  if (!kept) return kept.error();
  return {};
}

}  // namespace rapport
