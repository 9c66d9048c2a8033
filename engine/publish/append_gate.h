// Keeps a call's events from the log until what they are to stand behind is there; they are checked and encoded
// meanwhile.
//
// Thread-safe.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace rapport {

class AppendGate {
 public:
  // The log holds what comes before, or never will, and then nothing may stand behind it. The first call counts.
  void open(bool is_held) {
    std::function<void(bool)> go_on;
    {
      const std::lock_guard lock(mutex_);
      if (is_held_) return;
      is_held_ = is_held;
      go_on = std::exchange(waiting_, nullptr);
    }
    if (go_on) go_on(is_held);
  }

  // Once: calls `go_on` now or, when it is opened, on the thread that does. Must not block.
  void when_open(std::function<void(bool is_held)> go_on) {
    {
      const std::lock_guard lock(mutex_);
      if (!is_held_) {
        waiting_ = std::move(go_on);
        return;
      }
    }
    go_on(*is_held_);
  }

 private:
  std::mutex mutex_;
  std::optional<bool> is_held_;  // once it is open
  std::function<void(bool)> waiting_;
};

}  // namespace rapport
