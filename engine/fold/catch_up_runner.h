// The catch-up that a folder has due, and the one that it has under way.
//
// Invariants: one at a time. After a few that came to nothing, one behind the other, none is due any more: record by
// record tells what it is. On the folding thread, but for progress(); it does not outlive the folder's log.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "engine/fold/catch_up.h"
#include "engine/fold/fold_status.h"

namespace rapport {

class CatchUpRunner {
 public:
  // `ended` is called on another thread when has_ended() has become true.
  CatchUpRunner(EventLog& log, std::uint64_t records_min, std::function<void()> ended)
      : log_(log), records_min_(records_min), ended_(std::move(ended)) {}

  // The one that the partitions need now, if they do.
  std::optional<CatchUpDue> needed(const Generation& generation, const OwnedPartitions& partitions) const;
  // And the one that they need where more comes than is folded.
  std::optional<CatchUpDue> needed_behind_steps(const Generation& generation, const OwnedPartitions& partitions,
                                                const Positions& reached, const Positions& ends,
                                                std::uint64_t step_records_max) const;
  // What was due, or under way, is not any more.
  void set_due(std::optional<CatchUpDue> due);
  // Until it is set otherwise, also while it is under way.
  const std::optional<CatchUpDue>& due() const { return due_; }
  // Other partitions are folded now: what came to nothing was of those before.
  void forget_failures() { failures_ = 0; }

  // Begins what is due, once the control stream, which says what is indexed, stands where it ended, and indexes that it
  // declared are filled. Whether it began now.
  bool begin(const std::shared_ptr<Generation>& generation, Offset control);
  // Steps would go on without it.
  bool can_be_left() const { return due_ && due_->behind_steps && !is_under_way(); }
  bool is_under_way() const { return catch_up_ != nullptr; }
  bool has_ended() const { return catch_up_ && catch_up_->has_ended(); }
  struct End {
    Result<void> built;  // errors: as CatchUp::built_for()
    Result<void> taken;  // errors: as CatchUp::hand_over()
    // What was taken is read sooner than the files that it was sorted in are deleted; before another one begins.
    std::unique_ptr<CatchUp> ended;
  };
  // Behind that: what was built becomes the rows of `live`, if it can.
  End end(const Generation& live);

  // Thread-safe.
  std::optional<CatchUpProgress> progress() const;

 private:
  std::unique_ptr<CatchUp> take();

  EventLog& log_;
  const std::uint64_t records_min_;
  const std::function<void()> ended_;
  int failures_ = 0;
  mutable std::mutex mutex_;  // of what progress() reads
  std::optional<CatchUpDue> due_;
  std::unique_ptr<CatchUp> catch_up_;
};

}  // namespace rapport
