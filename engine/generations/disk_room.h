// Whether the disk still has the room that is to be kept free. Below it nothing more is written, so that the fold, the
// log's own upkeep and whoever makes room are not stopped halfway by a disk that is full.
//
// Invariants: looked at once an interval, on a thread of its own: whoever asks reads what was seen last. Writes are let
// on again as soon as the room is back. A file system that does not say how full it is refuses nothing.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "events/result.h"

namespace rapport {

// What is free for a process without privileges; absent: nobody knows. May block.
using FreeBytes = std::function<std::optional<std::uint64_t>()>;
// The least of what the paths' file systems have.
FreeBytes free_bytes_of(std::vector<std::filesystem::path> paths);

struct DiskRoomOptions {
  std::uint64_t keep_free_bytes = 0;  // 0: nothing is looked at by itself, or refused
  FreeBytes free_bytes;
  std::chrono::milliseconds interval{1'000};
  // That writes are refused from now on, and that they are taken again. Called on the looking thread.
  std::function<void(const std::string&)> notice = [](const std::string&) {};
};

// Thread-safe.
class DiskRoom {
 public:
  explicit DiskRoom(DiskRoomOptions options);
  DiskRoom(const DiskRoom&) = delete;
  DiskRoom& operator=(const DiskRoom&) = delete;

  // Errors: storage_failed: there is less room than is to be kept free.
  [[nodiscard]] Result<void> check() const;
  // The same of so many bytes more, as the disk is now. May block.
  [[nodiscard]] Result<void> check_for(std::uint64_t bytes) const;

 private:
  void look();
  void run(const std::stop_token& stop);

  const DiskRoomOptions options_;
  std::atomic<bool> low_{false};
  std::atomic<std::uint64_t> free_{0};
  std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace rapport
