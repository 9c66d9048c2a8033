// A dry run: events go all the way that published ones go, checks, resolving and fold, but for the log. What it shows
// is what the same events would give if nobody wrote anything in between.
//
// Invariants: nothing is appended, and no id is taken: a fresh one is that which would be given out next. What the
// engine would reserve of ids is not told.
// Not thread-safe: of one request. Reads rows; waits for nothing.
#pragma once

#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "engine/publish/publish_call.h"
#include "projections/trial_fold.h"

namespace rapport {

class DryRun {
 public:
  explicit DryRun(PublishServices& services);

  // As Publisher::publish. Errors: storage_failed, corrupt.
  [[nodiscard]] Result<Published> publish(std::vector<IncomingEvent> events, const PublishOptions& options);
  // As Publisher::append_own.
  [[nodiscard]] Result<Published> append_own(std::vector<Event> events, const PublishOptions& options);
  // As Publisher::allocate_id.
  std::uint64_t allocate_id(IdKind kind);

  // How things would stand.
  std::shared_ptr<const View> view() const { return trial_.view(); }
  // What would be in the log, in order.
  const std::vector<Event>& events() const { return events_; }

 private:
  void check(std::vector<IncomingEvent>& events, std::vector<PublishResult>& results) const;
  Result<void> resolve(std::vector<IncomingEvent>& events);
  Result<void> judge_ids(std::vector<IncomingEvent>& events, std::vector<PublishResult>& results) const;
  Result<Published> fold(std::vector<IncomingEvent> events, std::vector<PublishResult> results);

  PublishServices& services_;
  TrialFold trial_;
  std::vector<Event> events_;
  std::set<std::pair<IdKind, std::uint64_t>> drawn_;
};

}  // namespace rapport
