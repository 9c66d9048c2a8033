// Publishes to other members: each event to the one that folds its subject, each identity resolved by the one that
// folds it; the answers put together again.
#pragma once

#include "engine/group/group.h"
#include "engine/group/member_events.h"
#include "engine/publish/other_members.h"

namespace rapport {

class MemberPublisher final : public OtherMembers {
 public:
  // Both outlive it.
  MemberPublisher(const EventLog& log, Group& group) : log_(log), group_(group) {}

  bool owns(Partition partition) const override { return group_.is_level(partition); }
  void resolve(std::vector<Identity> identities, GoneHolders gone, IdentityResolver::ContactsDone done) override;
  void publish(std::vector<Event> events, PublishWait wait, Publisher::PublishDone done) override;

 private:
  void resolve_at(const std::string& address, IdentitiesAsked asked, IdentityResolver::ContactsDone done);
  void publish_at(const std::string& address, const std::vector<Event>& events, PublishWait wait,
                  Publisher::PublishDone done);

  const EventLog& log_;
  Group& group_;
};

}  // namespace rapport
