// Events as a dry run of a group: who folds a visitor's identity says whose it would be, and who folds a contact tries
// its events, in rows that nobody else sees.
//
// Invariants: nothing is appended, and no id is taken. Each contact's events are tried by its owner alone, in order, in
// a view that lacks nothing of what stood in its partition when it took that over; those of a fresh one, of whom nobody
// has a row, by whoever is asked. What a contact comes to depends on its own stream and the control stream only, so all
// parts together are what one engine that folds everything shows.
#pragma once

#include "engine/http/api/api_services.h"
#include "engine/publish/dry_run.h"
#include "projections/overlaid_view.h"

namespace rapport {

struct GroupTrial {
  Published published;
  std::vector<std::string> events;  // that others would write
  LentRows states;                  // of contacts that others fold, as they would stand
};

// What we fold is tried in `ours`. Errors: unreachable (an owner does not answer, or has another version's rows),
// those of DryRun.
asio::awaitable<Result<GroupTrial>> try_in_group(RequestContext& context, ApiServices& services, DryRun& ours,
                                                 std::vector<IncomingEvent> events, PublishOptions options);

// The route by which members ask each other.
void add_member_trial_route(Router& router, ApiServices& services);

}  // namespace rapport
