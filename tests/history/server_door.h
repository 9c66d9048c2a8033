// Where the server of a test listens just now, for clients on other threads: it is closed while the server starts anew.
//
// Invariants: thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace rapport::history {

class ServerDoor {
 public:
  void open(std::uint16_t port) {
    const std::lock_guard lock(mutex_);
    port_ = port;
    opened_.notify_all();
  }
  void close() {
    const std::lock_guard lock(mutex_);
    port_ = 0;
  }
  // Waits until it is open; 0: it is not, at the deadline.
  std::uint16_t port(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    opened_.wait_until(lock, deadline, [this] { return port_ != 0; });
    return port_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  std::uint16_t port_ = 0;
};

}  // namespace rapport::history
