// Backups of an engine that serves: one at a time, on a thread of its own, each in a directory of its own below one
// root, so that whoever may call for a backup may not write anywhere else.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "engine/backup/backup.h"
#include "engine/fold/folder.h"

namespace rapport {

enum class BackupState : std::uint8_t { running, done, failed };
std::string_view backup_state_name(BackupState state);

struct BackupStatus {
  std::uint64_t id = 0;  // counted from the engine's start
  BackupState state = BackupState::running;
  std::filesystem::path directory;
  std::uint64_t bytes = 0, bytes_total = 0;  // hashed; 0 while files are linked or copied
  Timestamp started{};
  std::optional<Timestamp> ended;
  std::optional<BackupManifest> manifest;  // of one that is done
  std::optional<Error> error;
};

class BackupRunner {
 public:
  // All must outlive it. `root` is made when the first backup is.
  BackupRunner(EventLog& log, std::string log_kind, Folder& folder, std::filesystem::path root);
  // Stops the one under way, which leaves nothing.
  ~BackupRunner();

  // `directory`: below the root, or a path of it that is relative to the root.
  // Errors: invalid_argument (field "directory"), duplicate_record (there is something), overloaded (one is under way),
  // storage_failed.
  [[nodiscard]] Result<std::uint64_t> start(const std::filesystem::path& directory);
  // The newest one, also when it is over.
  std::optional<BackupStatus> status() const;

 private:
  [[nodiscard]] Result<std::filesystem::path> place(const std::filesystem::path& directory) const;
  void run(const std::filesystem::path& directory);

  EventLog& log_;
  const std::string log_kind_;
  Folder& folder_;
  const std::filesystem::path root_;

  mutable std::mutex mutex_;
  std::optional<BackupStatus> status_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace rapport
