// Takes events back by writing others, contact by contact, in pieces, on a thread of its own.
//
//   find contacts -> read each without the chosen events -> publish compensations -> folded -> next piece
//
// Where many engines share the log, the pieces are of one partition each, and its owner takes them, whoever was asked
// to revert.
//
// Invariants: one revert at a time; each piece reads the newest view. A stop, a crash or an error leaves whole
// compensations: run again, it writes those that lack. A piece of a partition counts only where its owner had it for
// the whole of the piece; else it is taken again, by whoever has it then.
// Thread-safe.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "engine/fold/work_queue.h"
#include "engine/revert/partition_owners.h"
#include "engine/revert/revert_step.h"

namespace rapport {

inline constexpr std::chrono::milliseconds kOwnerPatience{60'000};
inline constexpr std::size_t kRevertStepsWaiting = 16;  // of other engines'

enum class RevertState : std::uint8_t { running, done, cancelled, failed };
std::string_view revert_state_name(RevertState state);

struct RevertStatus : RevertCounts {
  std::string id;  // also the correlationid of what it writes
  RevertState state = RevertState::running;
  bool dry_run = false;
  Timestamp started{};
  std::optional<Timestamp> ended;
  std::vector<RevertedContact> first;   // at most kRevertContactsTold, of those with something to tell
  std::set<Partition> partitions_left;  // of many engines: those not reverted, where it ended before its end
  std::optional<Error> error;
};

class Reverter {
 public:
  // All must outlive it. `owners`: of the partitions of a log that many engines share; null: all are folded here.
  // `owner_patience`: how long a partition may go unanswered.
  Reverter(EventLog& log, Folder& folder, Publisher& publisher, PartitionOwners* owners = nullptr,
           std::chrono::milliseconds owner_patience = kOwnerPatience);
  // Stops between two pieces.
  ~Reverter();

  // Errors: invalid_argument (the selection), overloaded (one is under way), those of find_events.
  [[nodiscard]] Result<std::string> start(RevertRequest request);
  // The newest one, also when it is over.
  std::optional<RevertStatus> status() const;
  // Errors: not_found (no such revert is under way).
  [[nodiscard]] Result<void> cancel(const std::string& id);

  // A piece of another engine's revert, of a partition that is ours. Blocks. Errors: unreachable (it is not ours, or
  // has not been for the whole of the piece, of which all, some or nothing is written); those of take_revert_step.
  [[nodiscard]] Result<RevertPiece> take_owned(const RevertStep& step);
  // The same, on a thread of its own, or before this returns: overloaded.
  using PieceDone = std::function<void(Result<RevertPiece>)>;
  void take_owned_later(RevertStep step, PieceDone done);

 private:
  struct Job;
  struct Part;
  void run(Job& job);
  [[nodiscard]] Result<void> revert_here(Job& job);
  [[nodiscard]] Result<void> revert_of_owners(Job& job);
  [[nodiscard]] Result<void> revert_parts(const Job& job, std::deque<Part>& parts, std::set<Partition>& left);
  [[nodiscard]] Result<RevertPiece> take(const RevertStep& step);
  void note(RevertPiece piece);
  void rest();
  bool stopped() const { return stopping_ || cancelled_; }

  EventLog& log_;
  Folder& folder_;
  Publisher& publisher_;
  PartitionOwners* const owners_;
  const std::chrono::milliseconds owner_patience_;

  mutable std::mutex mutex_;
  std::condition_variable stop_due_;
  std::optional<RevertStatus> status_;
  std::atomic<bool> stopping_ = false, cancelled_ = false;
  std::thread thread_;
  std::atomic<std::size_t> steps_waiting_ = 0;
  WorkQueue steps_{"revert steps", 1};
};

}  // namespace rapport
