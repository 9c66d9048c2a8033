// Moves a generation along the log: reads, decodes, folds in batches, and tells those who wait. One reading and
// decoding thread, one folding thread, a short queue between them.
//
// Invariants:
// - It starts behind the generation's checkpoints, and only where the log still has the record they name.
// - A record that cannot be folded is parked; a partition that cannot be read halts, loudly, and the others go on. An
//   exception in apply(), which is a bug of ours, halts the fold before the step and names the record; a program that
//   is mended goes on there.
// - Where the generation's files fail or are damaged it stands still, and goes on once that is exchanged for one
//   that was folded anew; who waits for a position is told meanwhile.
// - On a full disk it waits, and goes on by itself once there is room; who waits for a position waits with it.
// - A position is told as folded only once a view shows it.
// - Where it owns some of the log's partitions only, it reads the control stream and these. Rows of others, which it
//   owned before, stay as they stand, with their checkpoints.
// - Where it begins far behind, or falls so far, what is missing is folded stream by stream (catch_up.h): until then
//   the control stream alone moves on.
// - It gives way to publishers while nobody waits for it (fold_rest.h).
// - A generation of another fold version is served as it stands and not moved, until it is exchanged for one of this
//   program's.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "engine/fold/fold_rest.h"
#include "engine/fold/fold_status.h"
#include "engine/fold/pending_works.h"
#include "engine/log/event_log.h"
#include "projections/generation.h"

namespace rapport {

struct FolderOptions {
  std::size_t step_records_max = 50'000;  // bigger steps sort better: 100,000 fold 1.3 times as fast as 20,000
  std::size_t step_bytes_max = 32u << 20;
  std::size_t outcomes_kept_max = 1u << 18;  // the newest records', for those who published them
  std::size_t waiters_max = 100'000;
  std::uint64_t catch_up_records_min = 200'000;  // so many or more are folded stream by stream
  // What is folded beside the control stream, until own() says otherwise; unset: all of the log's.
  std::optional<std::set<Partition>> partitions = std::nullopt;
  std::function<std::chrono::nanoseconds(const RestAfter&, Timestamp now)> rest = rest_after;
  // What an operator must know: that the fold, or a partition, has halted, and at what; that it waits for room, and
  // goes on. Called on the folding thread.
  std::function<void(const std::string&)> notice = [](const std::string&) {};
};

class Folder {
 public:
  // Called once, on the folding thread or, where there is nothing to wait for, on the caller's. Must not block.
  // Errors: wait_timeout (the detail says the position reached), shutting_down, or what halted the fold.
  using FoldedDone = std::function<void(Result<void>)>;

  // `log` must outlive the folder. It holds on to the generation that it moves, and lets go of one that was exchanged.
  // Errors: position_gone, corrupt (the log's record at the checkpoint is another one), log_unavailable.
  [[nodiscard]] static Result<std::unique_ptr<Folder>> start(EventLog& log, std::shared_ptr<Generation> generation,
                                                             const FolderOptions& options);
  // Stops behind the step under way. Everyone who waits is told shutting_down.
  ~Folder();

  // Runs `work` on the folding thread between two steps: the live generation stands still while reads go on. The fold
  // goes on with the generation that it returns: the same, or one that stands where the live one does (anywhere, in
  // place of one that is not moved).
  // Blocks; thread-safe. Errors: shutting_down; what halted the fold; those of `work`, internal where it throws.
  using Work = PendingWorks::Work;
  [[nodiscard]] Result<void> between_steps(const Work& work);

  // From now on these are folded beside the control stream, and no others, each from behind its own checkpoint.
  // Blocks; thread-safe. Errors: as start(), and then all is as before; shutting_down; what halted the fold.
  [[nodiscard]] Result<void> own(const std::set<Partition>& partitions);

  // The generation that it moves now, for what any thread may ask of one. Thread-safe, never null.
  std::shared_ptr<Generation> live() const;
  // The newest state. Thread-safe, never null.
  std::shared_ptr<const View> view() const;

  // Calls `done` once every position is folded. Thread-safe. Errors to `done`: as FoldedDone; overloaded.
  void when_folded(const Positions& positions, std::chrono::steady_clock::time_point deadline, FoldedDone done);
  // The same, blocking.
  [[nodiscard]] Result<void> wait_folded(const Positions& positions, std::chrono::steady_clock::time_point deadline);

  // How the records ended, in the order asked; absent for one not folded yet, or too long ago. Thread-safe.
  std::vector<std::optional<Outcome>> outcomes_of(std::span<const LogPosition> positions) const;

  // Thread-safe.
  FoldStatus status() const;

 private:
  struct Impl;
  explicit Folder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapport
