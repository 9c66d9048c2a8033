// Takes events back by writing others, contact by contact, in pieces, on a thread of its own.
//
//   find contacts -> read each without the chosen events -> publish compensations -> folded -> next piece
//
// Invariants: one revert at a time; at most kRevertPieceContacts contacts are held at once; each piece reads the newest
// view. A stop, a crash or an error leaves whole compensations: run again, it writes those that lack.
// Thread-safe.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/fold/folder.h"
#include "engine/publish/publisher.h"
#include "engine/revert/compensation.h"
#include "engine/revert/revert_choice.h"

namespace rapport {

inline constexpr std::size_t kRevertPieceContacts = 200;
inline constexpr std::uint64_t kRevertPieceRows = 100'000;
inline constexpr std::size_t kRevertContactsTold = 100;

struct RevertRequest {
  RevertSelection selection;
  CreatedContacts created = CreatedContacts::leave;
  bool dry_run = false;
  std::string actor;  // stamped into what it writes
};

enum class RevertState : std::uint8_t { running, done, cancelled, failed };
std::string_view revert_state_name(RevertState state);

struct RevertedContact {
  ContactId contact;
  bool created = false, removed = false, gone = false;
  std::optional<Error> refused;  // why a compensating event was: mostly that the contact has moved on
  std::vector<RevertChange> changes;
  std::vector<RevertConflict> conflicts;
};

struct RevertStatus {
  std::string id;  // also the correlationid of what it writes
  RevertState state = RevertState::running;
  bool dry_run = false;
  Timestamp started{};
  std::optional<Timestamp> ended;
  std::uint64_t rows = 0;      // of timelines, read to find the contacts
  std::uint64_t contacts = 0;  // that have a chosen event
  std::uint64_t events = 0, kept = 0, changes = 0, conflicts = 0;
  std::uint64_t created = 0, removed = 0;  // contacts that only these events made; those archived or deleted
  std::uint64_t gone = 0;                  // contacts that are deleted or erased
  std::uint64_t written = 0;               // compensating events; of a dry run, those it would write
  std::uint64_t refused = 0;               // contacts with an event that was not taken: run it again for them
  std::vector<RevertedContact> first;      // at most kRevertContactsTold, of those with something to tell
  std::optional<Error> error;
};

class Reverter {
 public:
  // All must outlive it.
  Reverter(EventLog& log, Folder& folder, Publisher& publisher);
  // Stops between two pieces.
  ~Reverter();

  // Errors: invalid_argument (the selection), overloaded (one is under way), those of find_events.
  [[nodiscard]] Result<std::string> start(RevertRequest request);
  // The newest one, also when it is over.
  std::optional<RevertStatus> status() const;
  // Errors: not_found (no such revert is under way).
  [[nodiscard]] Result<void> cancel(const std::string& id);

 private:
  struct Job;
  void run(Job& job);
  [[nodiscard]] Result<void> revert_chosen(Job& job);
  [[nodiscard]] Result<void> revert_named(Job& job);
  [[nodiscard]] Result<void> revert_piece(Job& job, const std::vector<ContactId>& contacts);
  [[nodiscard]] Result<void> publish(Job& job, std::vector<Event> events, std::vector<RevertedContact>& told);
  bool stopped() const { return stopping_ || cancelled_; }

  EventLog& log_;
  Folder& folder_;
  Publisher& publisher_;

  mutable std::mutex mutex_;
  std::optional<RevertStatus> status_;
  std::atomic<bool> stopping_ = false, cancelled_ = false;
  std::thread thread_;
};

}  // namespace rapport
