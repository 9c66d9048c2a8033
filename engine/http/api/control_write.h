// Declarations of tags and attributes, each one record of the control stream.
#pragma once

#include "engine/http/api/api_services.h"
#include "engine/http/async_callback.h"

namespace rapport {

// Appends it for the key that asks and waits until it is folded. The answer's positions are what a read must have
// passed to see it. Errors: duplicate_record (the fold found its name taken), and those of Publisher.
asio::awaitable<Result<Published>> async_declare(RequestContext& context, ApiServices& services, EventType type,
                                                 Payload payload);

// The payload that `data` says, checked as an event of that type is. Errors: as EventDecoder's.
[[nodiscard]] Result<Payload> declaration_of(EventType type, const std::string& data);

}  // namespace rapport
