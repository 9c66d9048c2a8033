// Finds visitors their contacts: whoever holds the identity, or, where nobody does, a fresh contact that claims it.
//
//   look up --- all held ------------------------------------> done
//      ^   \--- some not: claim each with a fresh id, append,
//      |        wait for the fold
//      +------- look up again: the first claim in the log holds, whoever's it is
//
// Invariants: an identity that is being claimed here is not claimed a second time; who else asks for it waits for that
// claim. An identity whose holder is deleted is released before it is claimed.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/fold/work_queue.h"
#include "engine/publish/holder_lookup.h"
#include "engine/publish/id_allocator.h"

namespace rapport {

inline constexpr int kClaimRoundsMax = 10;  // after which others' releases have undone every claim

// Identities, and the contact of each that is known to be deleted: by whoever folds it, which need not be we.
using GoneHolders = std::map<Identity, ContactId>;

class IdentityResolver {
 public:
  using Contacts = std::map<Identity, ContactId>;
  // Called once, on the caller's thread or a worker: must not block. Every identity has its contact.
  // Errors: log_unavailable (also: kClaimRoundsMax is reached), storage_failed, overloaded, wait_timeout (the fold is
  // too far behind), shutting_down, corrupt.
  using ContactsDone = std::function<void(Result<Contacts>)>;

  // All must outlive every `done`.
  IdentityResolver(EventLog& log, Folder& folder, IdAllocator& ids, WorkQueue& workers,
                   std::chrono::milliseconds fold_wait_max)
      : log_(log), folder_(folder), ids_(ids), workers_(workers), fold_wait_max_(fold_wait_max) {}

  // Thread-safe.
  void resolve(std::vector<Identity> identities, GoneHolders gone, ContactsDone done);

 private:
  struct Call {
    std::vector<Identity> identities;
    GoneHolders gone;
    ContactsDone done;
    int rounds = 0;
    std::size_t awaited = 0;  // claims under way that it waits for
    std::optional<Error> error;
  };
  struct Claim {
    Identity identity;
    std::optional<ContactId> gone;  // the deleted contact that holds it
  };

  void look_up(const std::shared_ptr<Call>& call);
  void claim(const std::shared_ptr<Call>& call, std::vector<Claim> missing);
  void append(std::vector<Claim> claims, const std::vector<std::uint64_t>& ids);
  void settle(const std::vector<Claim>& claims, const Result<void>& folded);

  EventLog& log_;
  Folder& folder_;
  IdAllocator& ids_;
  WorkQueue& workers_;
  const std::chrono::milliseconds fold_wait_max_;
  std::mutex mutex_;
  std::map<Identity, std::vector<std::shared_ptr<Call>>> under_way_;  // claims, and who waits for them
};

}  // namespace rapport
