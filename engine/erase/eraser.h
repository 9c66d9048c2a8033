// Destroys what an engine holds of a contact, once the log says that it is erased.
//
//   plan ---> contact.erased in the log, folded ---> key destroyed ---> backups' caches, kept generations and the rows'
//   (disk)    (the caller)                           (finish)           old files deleted ---> plan done
//
// Invariants: a plan outlives a crash. Where the log says erased, what is left of it is done at the next start; where
// it does not, nobody was told so, and the plan is dropped. Every step may be done again. Thread-safe.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <thread>
#include <vector>

#include "engine/backup/backup_runner.h"
#include "engine/fold/folder.h"
#include "engine/generations/rebuilder.h"
#include "engine/log/event_log.h"

namespace rapport {

struct EraserStatus {
  bool sealed = false;             // the log is sealed: what it holds of an erased contact cannot be read
  std::vector<ContactId> pending;  // erased, and parts of it may still stand in files
  std::optional<Error> error;      // why that could not be done the last time; it is tried again
};

class Eraser {
 public:
  // Takes up what an earlier process left. All must outlive it; `backups` is where backups are made.
  Eraser(EventLog& log, Folder& folder, Rebuilder& rebuilder, BackupRunner& runner, std::filesystem::path backups,
         std::function<void(const std::string&)> notice);
  ~Eraser();

  // Before contact.erased is appended. Errors: storage_failed.
  [[nodiscard]] Result<void> plan(std::span<const ContactId> contacts);
  // Once it is folded: destroys the keys, and has the files cleaned behind the answer. Errors: storage_failed; what is
  // left is done later.
  [[nodiscard]] Result<void> finish(std::span<const ContactId> contacts);

  // What is planned is looked at again: the log may say by now that it is erased. Returns at once.
  void look_again();

  EraserStatus status() const;

 private:
  void run();
  Result<void> take_up();
  Result<void> call_off(std::span<const ContactId> contacts);
  Result<void> clean(const std::vector<ContactId>& contacts);
  Result<void> clean_backups(const std::vector<ContactId>& contacts);
  Result<void> clean_rows();
  bool wait_while(const std::function<bool()>& busy);

  EventLog& log_;
  Folder& folder_;
  Rebuilder& rebuilder_;
  BackupRunner& runner_;
  const std::filesystem::path backups_;
  const std::function<void(const std::string&)> notice_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false, looks_again_ = true;
  std::set<ContactId> pending_;
  std::optional<Error> error_;
  std::thread thread_;
};

}  // namespace rapport
