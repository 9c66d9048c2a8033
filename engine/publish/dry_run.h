// A dry run: events go all the way that published ones go, checks, resolving and fold, but for the log. What it shows
// is what the same events would give if nobody wrote anything in between.
//
// Invariants: nothing is appended, and no id is taken: a fresh one is that which would be given out next. What the
// engine would reserve of ids is not told.
// Not thread-safe: of one request. Reads rows; waits for nothing.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "engine/publish/publish_call.h"
#include "projections/trial_fold.h"

namespace rapport {

// The visitors that the events are of; and gives the events to these contacts of theirs.
std::vector<Identity> identities_of(const std::vector<IncomingEvent>& events);
void name_contacts(const std::map<Identity, ContactId>& contacts, std::vector<IncomingEvent>& events);

class DryRun {
 public:
  explicit DryRun(PublishServices& services);

  // As Publisher::publish. Errors: storage_failed, corrupt.
  [[nodiscard]] Result<Published> publish(std::vector<IncomingEvent> events, const PublishOptions& options);
  // Its parts, where others fold some of it. What is checked without rows, and each one's actor:
  std::vector<PublishResult> check(std::vector<IncomingEvent>& events, const PublishOptions& options) const;
  // whose these identities are, which are folded here; fresh ones where nobody holds them:
  [[nodiscard]] Result<std::map<Identity, ContactId>> resolve(const std::vector<Identity>& identities);
  // and what becomes of events whose visitors are found, and which are folded here. `results` are those of check().
  [[nodiscard]] Result<Published> publish_resolved(std::vector<IncomingEvent> events,
                                                   std::vector<PublishResult> results);
  // The contact is a fresh one that another has found: it is drawn no more.
  void is_fresh(ContactId contact) { drawn_.emplace(IdKind::contact, contact.value); }

  // As Publisher::append_own.
  [[nodiscard]] Result<Published> append_own(std::vector<Event> events, const PublishOptions& options);
  // As Publisher::allocate_id.
  std::uint64_t allocate_id(IdKind kind);

  // How things would stand, of all that was ever folded here.
  std::shared_ptr<const View> view() const { return trial_.view(); }
  // What would be in the log, in order.
  const std::vector<Event>& events() const { return events_; }
  // The fresh ids, also those that were found elsewhere.
  const std::set<std::pair<IdKind, std::uint64_t>>& drawn() const { return drawn_; }

 private:
  Result<void> judge_ids(std::vector<IncomingEvent>& events, std::vector<PublishResult>& results) const;
  Result<Published> fold(std::vector<IncomingEvent> events, std::vector<PublishResult> results);

  PublishServices& services_;
  TrialFold trial_;
  std::vector<Event> events_;
  std::set<std::pair<IdKind, std::uint64_t>> drawn_;
  std::map<IdKind, std::uint64_t> behind_;  // the next likely one
};

}  // namespace rapport
