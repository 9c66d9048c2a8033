// Ctrl-C as something that a command ends well by: what it waits in is broken off, and it goes on to its last words.
#pragma once

#include <signal.h>

#include <atomic>
#include <functional>
#include <thread>

namespace rapport {

// Make it before any other thread: those started later keep the signals to it.
class StopSignal {
 public:
  // `on_stop` runs once, on a thread of its own, when SIGINT or SIGTERM comes. A second signal ends the process.
  explicit StopSignal(std::function<void()> on_stop);
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  bool came() const { return came_; }

 private:
  void wait();

  sigset_t signals_, before_;
  const std::function<void()> on_stop_;
  std::atomic<bool> came_{false}, over_{false};
  std::thread thread_;
};

}  // namespace rapport
