// One call of Publisher::publish on its way: checked, resolved, appended, folded, answered.
//
//   check -> resolve -> reserve -> append -> fold -> answer
//               ^                                      |
//               +--- the visitor's contact was deleted meanwhile
//
// Where other members fold some of the partitions, their events are handed over to them behind `resolve`, and the call
// is answered once they have answered too.
//
// Invariants: each step runs once the step before has told it to, on the caller's thread or a worker's; an event that
// fails a step keeps its place and its error, and the others go on.
#pragma once

#include <memory>
#include <vector>

#include "engine/fold/work_queue.h"
#include "engine/publish/id_allocator.h"
#include "engine/publish/id_reservations.h"
#include "engine/publish/identity_resolver.h"
#include "engine/publish/other_members.h"
#include "engine/publish/publisher.h"

namespace rapport {

inline constexpr int kReservationRoundsMax = 10;  // around ids that publishers bring, while others reserve across them
inline constexpr int kDeletedMeanwhileMax = 3;    // times that an event finds its visitor's contact just deleted

// What all calls share. Outlives them.
struct PublishServices {
  EventLog& log;
  Folder& folder;
  std::chrono::milliseconds wait_max, fold_wait_max;
  IdAllocator ids;
  IdentityResolver resolver;
  OtherMembers* others;  // null: all is folded here
  IdReservations reservations = {};
  WorkQueue workers;  // the last, so that it ends first: its work uses the others
};

// Whether the subject's records are folded by this member.
bool is_folded_here(const PublishServices& services, const Subject& subject);

class PublishCall : public std::enable_shared_from_this<PublishCall> {
 public:
  using Done = Publisher::PublishDone;

  PublishCall(PublishServices& services, std::vector<IncomingEvent> events, const PublishOptions& options, Done done);

  // From outside: all steps.
  void start();
  // Checked and resolved by another member.
  void start_resolved();
  // The engine's own: appended as they are.
  void start_unchecked();

 private:
  void check();
  void resolve();
  void resolved(const IdentityResolver::Contacts& contacts);
  void hand_over();
  void handed_over(const std::vector<std::size_t>& indexes, Result<Published> published);
  void give_to_owners(const std::function<bool(const Event&)>& is_theirs);
  void reserve(int round);
  void append();
  void seal_and_append();
  void when_behind(std::function<void()> go_on);
  std::chrono::steady_clock::time_point fold_deadline() const {
    return std::chrono::steady_clock::now() + options_.wait_max.value_or(services_.wait_max);
  }
  void appended(std::vector<LogPosition> positions);
  void answer(const Result<void>& folded);
  // Once more, those events that met a contact deleted meanwhile. Whether there are any.
  bool publish_again(const std::vector<std::optional<Outcome>>& outcomes);

  void reject(std::size_t index, Error error);
  void fail(const Error& error) { end_part(error); }
  // Of us or another member: the last tells.
  void end_part(std::optional<Error> error);
  void on_worker(std::function<void()> work);

  PublishServices& services_;
  std::vector<IncomingEvent> events_;
  PublishOptions options_;
  Done done_;
  std::chrono::steady_clock::time_point deadline_;
  int deleted_meanwhile_ = 0;

  GoneHolders gone_;

  std::vector<PublishResult> results_;
  Positions appended_;
  std::mutex parts_mutex_;
  int parts_ = 1;  // whose answer is awaited, ours included
  std::optional<Error> part_error_;
  Positions appended_elsewhere_;
  std::vector<std::size_t> sent_;  // the events' indexes, in the order of positions_
  std::vector<LogPosition> positions_;
};

}  // namespace rapport
