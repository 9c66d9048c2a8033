// Whoever folds the partitions that this engine does not, where many engines share one log (engine/group/): an event
// goes to the one that folds its subject, and an identity is resolved by the one that folds it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/log/event_log.h"
#include "engine/publish/identity_resolver.h"
#include "engine/publish/publisher.h"
#include "events/position.h"

namespace rapport {

class OtherMembers {
 public:
  virtual ~OtherMembers() = default;

  // Whether the partition is folded here, and as far as whoever folded it before. Thread-safe.
  virtual bool owns(Partition partition) const = 0;

  // Both: as IdentityResolver::resolve and Publisher::publish_resolved there. Thread-safe; `done` is called once, on a
  // thread of its own, which may wait a little. Further errors: unreachable (nobody is known to own a partition, or who
  // does not answer; some may have been written).
  virtual void resolve(std::vector<Identity> identities, GoneHolders gone, IdentityResolver::ContactsDone done) = 0;
  virtual void publish(std::vector<Event> events, PublishWait wait, Publisher::PublishDone done) = 0;
};

}  // namespace rapport
