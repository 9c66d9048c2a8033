// A handler's way to the publisher: awaits the answer instead of being called back.
#pragma once

#include "engine/http/api/api_services.h"
#include "engine/http/async_callback.h"

namespace rapport {

asio::awaitable<Result<Published>> async_publish(ApiServices& services, std::vector<IncomingEvent> events,
                                                 PublishOptions options);

// One event that the engine writes for a request, of `data` as the caller sent it: checked as any event is.
// Errors: as EventDecoder's, with the fields of `data` named.
struct RequestedEvent {
  std::string type;
  std::string subject;
  std::string data = {};  // JSON; empty: none
  std::optional<std::uint64_t> expected_version = std::nullopt;
  std::optional<Timestamp> time = std::nullopt;  // claimed by the caller; the fold gives one where there is none
};
[[nodiscard]] Result<Event> make_requested_event(const RequestedEvent& wanted, std::string_view id);

// Publishes it and says how it ended, once folded.
// Errors: those of make_requested_event and Publisher; what it was rejected or refused for.
asio::awaitable<Result<PublishResult>> async_write(RequestContext& context, ApiServices& services,
                                                   RequestedEvent wanted);

asio::awaitable<Result<std::uint64_t>> async_allocate_id(ApiServices& services, IdKind kind);

}  // namespace rapport
