#include "engine/http/api/control_write.h"

#include "engine/publish/own_events.h"
#include "events/event_decoder.h"

namespace rapport {

asio::awaitable<Result<Published>> async_declare(RequestContext& context, ApiServices& services, EventType type,
                                                 Payload payload) {
  Event event = own_event(type, ControlSubject{}, std::move(payload));
  event.actor = context.principal().key_id;
  std::vector<Event> events;
  events.push_back(std::move(event));
  const auto initiate = [&](CallbackDone<Published> done) {
    services.publisher.append_own(std::move(events), {},
                                  [done](Result<Published> published) { done(std::move(published)); });
  };
  auto published = co_await async_from_callback<Published>(initiate);
  if (!published) co_return published.error();
  const PublishResult& result = published->results.front();
  if (result.error) co_return *result.error;
  co_return *std::move(published);
}

Result<Payload> declaration_of(EventType type, const std::string& data) {
  return EventDecoder().decode_payload(type, 1, data);
}

}  // namespace rapport
