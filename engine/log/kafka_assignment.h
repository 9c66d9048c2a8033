// What a member of a consumer group is assigned, as the group's leader writes it and the broker shows it (version 0 of
// Kafka's consumer protocol, which later ones begin with):
//
//   version (2 bytes)  topics (4)  { name's size (2)  name  partitions (4)  { partition (4) } }  ..., all big-endian
#pragma once

#include <set>
#include <string_view>

#include "events/position.h"
#include "events/result.h"

namespace rapport {

// The topic's partitions; none of no bytes, which is a member that has been assigned nothing yet.
// Errors: corrupt: it is no such text.
[[nodiscard]] Result<std::set<Partition>> assigned_partitions(std::string_view bytes, std::string_view topic);

}  // namespace rapport
