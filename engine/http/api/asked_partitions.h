// What an instance of a group asks the others for where the rows of all of them are needed: the log's partitions,
// divided among their owners.
//
// Invariants: what is asked for is disjoint and covers the log; who is asked answers for exactly that, or not at all.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "engine/http/api/api_services.h"
#include "projections/view.h"

namespace rapport {

inline constexpr std::string_view kPartitionsHeader = "Rapport-Partitions";  // "0,3,5"

// Every partition, by its owner's address, ours included. Errors: unreachable: somebody is missing.
[[nodiscard]] Result<std::map<std::string, std::set<Partition>>> partitions_by_owner(const ApiServices& services);

std::string partitions_text(const std::set<Partition>& partitions);
[[nodiscard]] Result<std::set<Partition>> parse_partitions(std::string_view text);

// The partitions that a member's request asks for. Errors: invalid_argument.
[[nodiscard]] Result<std::set<Partition>> partitions_asked(const HttpRequest& request);

// Whether the view answers for these partitions. Errors: unreachable: one is not ours by now.
[[nodiscard]] Result<void> check_owned(const ApiServices& services, const std::set<Partition>& partitions);

// Of these partitions those that are ours and of which the view lacks what they held when they became ours, with where
// that ended.
Positions catching_up(const ApiServices& services, const View& view, const std::set<Partition>& partitions);

// Whether the view answers for these partitions as well as whoever had them before. Errors: unreachable: it does not,
// or one is not ours.
[[nodiscard]] Result<void> check_answerable(const ApiServices& services, const View& view,
                                            const std::set<Partition>& partitions);

// With a read of partitions that are catching up: the position from which on it is as good as any. Who must not see
// less than another member has told waits for that one (Rapport-After).
inline constexpr std::string_view kCatchingUpHeader = "Rapport-Catching-Up";
// Says so, beside what the response says of it already, and that it is stale. Not where there is none.
void mark_catching_up(HttpResponse& response, const ApiServices& services, const Positions& positions);

}  // namespace rapport
