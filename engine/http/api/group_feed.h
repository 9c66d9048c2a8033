// The live feed of all instances of a group: each owner's feed of its partitions, as one.
//
// Invariants: an id is the position in every partition, put together of the newest of each member's; so whoever comes
// back with it, to any instance, misses nothing and sees nothing twice. Once a member ends its feed or is gone, so is
// this one: who comes back finds the new owners.
#pragma once

#include "engine/http/api/api_services.h"

namespace rapport {

asio::awaitable<HttpResponse> group_feed(RequestContext& context, ApiServices& services, bool endless);

}  // namespace rapport
