// One call of Publisher::publish on its way: checked, resolved, appended, folded, answered.
//
//   check -> resolve <-> claim -> reserve -> append -> fold -> answer
//
// Invariants: each step runs once the step before has told it to, on the caller's thread or a worker's; an event that
// fails a step keeps its place and its error, and the others go on.
#pragma once

#include <memory>
#include <vector>

#include "engine/publish/id_allocator.h"
#include "engine/publish/publisher.h"
#include "engine/publish/work_queue.h"

namespace rapport {

// What all calls share. Outlives them.
struct PublishServices {
  EventLog& log;
  Folder& folder;
  IdAllocator ids;
  WorkQueue workers;
};

class PublishCall : public std::enable_shared_from_this<PublishCall> {
 public:
  using Done = Publisher::PublishDone;

  PublishCall(PublishServices& services, std::vector<IncomingEvent> events, const PublishOptions& options, Done done);

  // From outside: all steps.
  void start();
  // The engine's own: appended as they are.
  void start_unchecked();

 private:
  struct Claim {
    Identity identity;
    std::optional<ContactId> gone;  // the deleted contact that holds it
  };

  void check();
  void resolve(int attempt);
  void claim(std::vector<Claim> claims, int attempt);
  void append_claims(const std::vector<Claim>& claims, const std::vector<std::uint64_t>& ids, int attempt);
  void reserve(int attempt);
  void append_reservations(std::vector<NewRecord> records, int attempt);
  void append();
  void appended(std::vector<LogPosition> positions);
  void answer(Result<void> folded);
  void tell(const Outcome& outcome, PublishResult& result) const;

  void reject(std::size_t index, Error error);
  void fail(const Error& error) { done_(error); }
  // Appends, waits until it is folded, and goes on with `next` on a worker.
  void append_and_fold(std::vector<NewRecord> records, std::function<void()> next);
  void on_worker(std::function<void()> work);

  PublishServices& services_;
  std::vector<IncomingEvent> events_;
  PublishOptions options_;
  Done done_;
  std::chrono::steady_clock::time_point deadline_;

  std::vector<PublishResult> results_;
  std::vector<std::size_t> sent_;  // the events' indexes, in the order of positions_
  std::vector<LogPosition> positions_;
};

}  // namespace rapport
