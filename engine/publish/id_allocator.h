// Gives out fresh ids from blocks that it reserves on the control stream and reads back before use: no other engine,
// and no earlier run of this one, has given any of them out.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "engine/fold/folder.h"
#include "engine/log/event_log.h"
#include "events/payload.h"

namespace rapport {

class IdAllocator {
 public:
  // Called once, on the caller's thread or one of the log's or the fold's: must not block.
  // Errors: log_unavailable, storage_failed, overloaded, wait_timeout, shutting_down.
  using IdsDone = std::function<void(Result<std::vector<std::uint64_t>>)>;

  // Both must outlive every `done`.
  IdAllocator(EventLog& log, Folder& folder, std::uint64_t block_size);

  // Thread-safe.
  void allocate(IdKind kind, std::size_t count, IdsDone done);
  // Whether the id stands in a range of this allocator's and has been given out. Thread-safe.
  bool has_given_out(IdKind kind, std::uint64_t id) const;
  // Names this allocator in its reservations; drawn anew for every run.
  const std::string& holder() const { return holder_; }
  std::uint64_t block_size() const { return block_size_; }

 private:
  struct Waiting {
    std::size_t count;
    IdsDone done;
  };
  struct Kind {
    std::uint64_t next = 0, end = 0;                               // what is left of the newest range
    std::vector<std::pair<std::uint64_t, std::uint64_t>> used_up;  // [from, end) of those before it
    std::uint64_t from = 0;                                        // of the newest range
    std::deque<Waiting> waiting;
    bool reserving = false;
  };

  void serve(IdKind kind);
  void reserve(IdKind kind, std::size_t count, int attempt);
  void reserved(IdKind kind, std::size_t count, int attempt, std::uint64_t from);
  void fail(IdKind kind, const Error& error);
  Kind& of(IdKind kind) { return kinds_[static_cast<std::size_t>(kind)]; }

  EventLog& log_;
  Folder& folder_;
  const std::uint64_t block_size_;
  const std::string holder_;
  mutable std::mutex mutex_;
  std::array<Kind, kIdKindNames.size()> kinds_;
};

}  // namespace rapport
