#include "engine/generations/disk_room.h"

#include <sys/statvfs.h>

#include <algorithm>

#include "events/rest.h"
#include "events/thread_name.h"

namespace rapport {
namespace {

std::string mebibytes(std::uint64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

}  // namespace

FreeBytes free_bytes_of(std::vector<std::filesystem::path> paths) {
  return [paths = std::move(paths)]() -> std::optional<std::uint64_t> {
    std::optional<std::uint64_t> least;
    for (const auto& path : paths) {
      struct statvfs found = {};
      if (::statvfs(path.c_str(), &found) != 0) continue;
      const std::uint64_t free = std::uint64_t{found.f_bavail} * found.f_frsize;
      least = std::min(least.value_or(free), free);
    }
    return least;
  };
}

DiskRoom::DiskRoom(DiskRoomOptions options) : options_(std::move(options)) {
  if (options_.keep_free_bytes == 0) return;
  look();
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Result<void> DiskRoom::check() const {
  if (!low_.load(std::memory_order_relaxed)) return {};
  return Error{Errc::storage_failed, "the disk has " + mebibytes(free_.load(std::memory_order_relaxed)) +
                                         " left, and " + mebibytes(options_.keep_free_bytes) +
                                         " are to be kept free: nothing is written until there is room again"};
}

Result<void> DiskRoom::check_for(std::uint64_t bytes) const {
  const auto free = options_.free_bytes();
  if (!free || *free >= options_.keep_free_bytes + bytes) return {};
  return Error{Errc::storage_failed, "the disk has " + mebibytes(*free) + " left, which is to be " +
                                         mebibytes(options_.keep_free_bytes + bytes) + " for that"};
}

void DiskRoom::look() {
  const auto free = options_.free_bytes();
  if (free) free_.store(*free, std::memory_order_relaxed);
  const bool low = free && *free < options_.keep_free_bytes;
  if (low_.exchange(low) == low) return;
  options_.notice(low ? to_string(check().error())
                      : "the disk has " + mebibytes(free.value_or(0)) + " left: what is written is taken again");
}

void DiskRoom::run(const std::stop_token& stop) {
  name_thread("disk room");
  while (rest(stop, options_.interval)) look();
}

}  // namespace rapport
