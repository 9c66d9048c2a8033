// A live generation that turns out damaged, or whose files failed a step, is folded anew from the log without anybody's
// asking, and exchanged.
//
// Invariants:
// - A rebuild that fails, or whose rows soon fail as well, is followed by another one ever later. One that was
//   cancelled is left to an operator.
// - Where the digest is another than that of the damaged rows, those are exchanged only if they can be folded no
//   further; else it is left to an operator.
// - None is begun while the fold stands for another reason: on a full disk, without its log, over a bug of ours.
// - None is begun that might leave less room on the disk than is to be kept free.
// - Damage is what a read, a write or a compaction met. Who wants the rest of the files read has them scrubbed.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "engine/fold/folder.h"
#include "engine/generations/disk_room.h"
#include "engine/generations/rebuilder.h"

namespace rapport {

class DamageWatch {
 public:
  // All must outlive it. `notice`, called on a thread of its own, says what an operator must know.
  DamageWatch(const Folder& folder, Rebuilder& rebuilder, const DiskRoom& room,
              std::function<void(const std::string&)> notice);

 private:
  using Clock = std::chrono::steady_clock;

  void run(const std::stop_token& stop);
  void look();
  void look_at(const RebuildStatus& newest, const Generation& live);
  void rebuild(const Generation& live, const Error& damage);
  [[nodiscard]] Result<void> start(const Generation& live);

  const Folder& folder_;
  Rebuilder& rebuilder_;
  const DiskRoom& room_;
  const std::function<void(const std::string&)> notice_;

  // The thread's own.
  std::weak_ptr<Generation> damaged_;  // the last one that was
  std::optional<Timestamp> rebuild_;   // when the one that was begun for it was, until its end was seen
  bool was_given_up_ = false;          // when it was seen last: then another remedy is due
  bool is_left_ = false;               // to an operator
  std::chrono::seconds pause_{0};      // before the next one
  Clock::time_point begun_{}, due_{};  // the last one; the next one

  std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace rapport
