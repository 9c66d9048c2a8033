// A live generation that turns out damaged, or whose files failed a step, is folded anew from the log without anybody's
// asking, and exchanged.
//
// Invariants:
// - Each is rebuilt once; a rebuild that fails is tried again, ever more rarely. One that was cancelled, or whose
//   digest is another than that of the damaged rows, is left to an operator.
// - None is begun that might leave less room on the disk than is to be kept free.
// - Damage is what a read, a write or a compaction met. Who wants the rest of the files read has them scrubbed.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
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
  ~DamageWatch();

 private:
  using Clock = std::chrono::steady_clock;

  void run();
  void look();
  void rebuild(const Generation& live, const Error& damage);
  [[nodiscard]] Result<std::uint64_t> start(const Generation& live);

  const Folder& folder_;
  Rebuilder& rebuilder_;
  const DiskRoom& room_;
  const std::function<void(const std::string&)> notice_;

  // The thread's own.
  std::weak_ptr<Generation> damaged_;  // the last one that was
  std::uint64_t rebuild_ = 0;          // the last one that was begun for it; 0: none was, or could be
  bool is_left_ = false;               // to an operator
  std::chrono::seconds pause_{0};      // before it is tried again
  Clock::time_point due_{};            // known once the last one has failed

  std::mutex mutex_;
  std::condition_variable stop_told_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace rapport
