// A handler's way to the publisher: awaits the answer instead of being called back.
#pragma once

#include "engine/http/api/api_services.h"
#include "engine/http/api/requested_event.h"
#include "engine/http/async_callback.h"

namespace rapport {

asio::awaitable<Result<Published>> async_publish(ApiServices& services, std::vector<IncomingEvent> events,
                                                 PublishOptions options);

// Publishes it and says how it ended, once folded.
// Errors: those of make_requested_event and Publisher; what it was rejected or refused for.
asio::awaitable<Result<PublishResult>> async_write(RequestContext& context, ApiServices& services,
                                                   RequestedEvent wanted);

asio::awaitable<Result<std::uint64_t>> async_allocate_id(ApiServices& services, IdKind kind);

}  // namespace rapport
