#include "engine/publish/other_members.h"

#include "engine/publish/own_events.h"

namespace rapport {

Result<void> check_merge_within_partition(const EventLog& log, const Subject& loser, ContactId into) {
  const Partition from = partition_of(log, loser), to = partition_of(log, into);
  if (!std::holds_alternative<ContactId>(loser) || from == to) return {};
  return Error{Errc::invalid_event,
               to_string(loser) + " is of partition " + std::to_string(from.value) + ", contact/" +
                   std::to_string(into.value) + " of partition " + std::to_string(to.value) +
                   ": where many engines share a log, contacts of one partition are merged only",
               "data.into"};
}

}  // namespace rapport
