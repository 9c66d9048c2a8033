// Gives out fresh ids from blocks that it reserves on the control stream and reads back before use: no other engine,
// and no earlier run of this one, has given any of them out.
//
// Invariants: one reservation of a kind is under way at a time, and asks for all that is waited for; what it brings is
// given out to the last id (that suits, where others give out the rest), so that ids stay dense.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "engine/fold/folder.h"
#include "engine/log/event_log.h"
#include "engine/publish/id_intervals.h"
#include "events/payload.h"

namespace rapport {

inline constexpr int kReservationsMax = 20;  // in a row that come second to others', before who waits is told

struct IdAllocatorOptions {
  std::uint64_t block_size = 1'024;
  std::chrono::milliseconds fold_wait_max{10'000};  // for a reservation to be folded
  // Which ids of a block are given out, when it has been reserved; the others are never. Unset: all. Thread-safe.
  std::function<bool(IdKind, std::uint64_t)> suits = {};
};

class IdAllocator {
 public:
  // Called once, on the caller's thread or one of the log's or the fold's: must not block.
  // Errors: log_unavailable, storage_failed, overloaded (also: kReservationsMax is reached, or all ids are reserved),
  // wait_timeout, shutting_down.
  using IdsDone = std::function<void(Result<std::vector<std::uint64_t>>)>;

  // Both must outlive every `done`.
  IdAllocator(EventLog& log, Folder& folder, const IdAllocatorOptions& options);

  // `count` ids, ascending but where one block ends. Thread-safe.
  void allocate(IdKind kind, std::size_t count, IdsDone done);
  // Whether this allocator has given out the id, or never will, so that whoever brings it may have it. Thread-safe.
  bool has_given_out(IdKind kind, std::uint64_t id) const;
  // What allocate gives next if nobody else asks or reserves before, `behind` further on. Takes nothing. Thread-safe.
  std::uint64_t likely(IdKind kind, const ControlState& control, std::uint64_t behind) const;
  std::uint64_t block_size() const { return options_.block_size; }

 private:
  struct Waiting {
    std::size_t count;
    IdsDone done;
  };
  struct Range {
    std::uint64_t next, end;
  };
  struct Kind {
    std::deque<Range> ranges;  // reserved, not given out yet
    std::uint64_t left = 0;    // ids in them
    IdIntervals given_out;     // and those that were passed over
    std::deque<Waiting> waiting;
    bool reserving = false;
  };

  static std::vector<std::uint64_t> take(Kind& own, std::size_t count);
  void add_suitable(IdKind kind, Kind& own, Range reserved) const;
  void serve(IdKind kind);
  void reserve(IdKind kind, std::uint64_t count, int attempt);
  void reserved(IdKind kind, std::uint64_t count, int attempt, std::uint64_t from);
  void fail(IdKind kind, const Error& error);
  Kind& of(IdKind kind) { return kinds_[static_cast<std::size_t>(kind)]; }

  EventLog& log_;
  Folder& folder_;
  const IdAllocatorOptions options_;
  const std::string holder_;  // names this allocator in its reservations; drawn anew for every run
  mutable std::mutex mutex_;
  std::array<Kind, kIdKindNames.size()> kinds_;
};

}  // namespace rapport
