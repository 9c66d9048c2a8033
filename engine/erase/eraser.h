// Destroys what an engine holds of a contact, once the log says that it is erased.
//
//   plan ---> contact.erased in the log, folded ---> key destroyed ---> backups' caches, kept generations and the rows'
//   (disk)    (the caller)                           (finish)           old files deleted ---> plan done
//
// Invariants: of a sealed log a plan outlives a crash. Where the log says erased, what is left of it is done at the
// next start; where it does not, nobody was told so, and the plan is dropped, but never while its caller is still under
// way: the log may say so a moment later. Every step may be done again. Thread-safe.
//
// Where machines share the keys, each follows what the others destroy and cleans its own files of it; and brings to its
// end what another has planned and logged, and has not come to.
//
// A log in clear has no plans, as there are no keys to destroy: files that were not cleaned before a stop are once the
// contact is erased again.
//
// Beside that, what was parked is dropped when its time is over: nobody knows of whom it speaks.
#pragma once

#include <chrono>
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
#include "engine/fold/work_queue.h"
#include "engine/generations/rebuilder.h"
#include "engine/log/event_log.h"

namespace rapport {

struct EraserStatus {
  bool sealed = false;             // the log is sealed: what it holds of an erased contact cannot be read
  std::vector<ContactId> pending;  // erased, and parts of it may still stand in files
  std::optional<Error> error;      // why that could not be done the last time; it is tried again
};

struct EraserOptions {
  std::filesystem::path backups;        // where they are made
  std::uint32_t parked_days_kept = 30;  // whole days behind the one on which a record was parked
  std::function<void(const std::string&)> notice;
  std::chrono::milliseconds follow_interval{2'000};  // of keys that machines share
  // Folds partitions that another instance folds now, and of which rows were left here, up to the log's end; unset:
  // there are none. Errors: it was not done, and is tried again.
  std::function<Result<void>(const std::set<Partition>&)> catch_up = {};
};

class Eraser {
 public:
  // Takes up what an earlier process left. All must outlive it.
  Eraser(EventLog& log, Folder& folder, Rebuilder& rebuilder, BackupRunner& runner, EraserOptions options);
  ~Eraser();

  // Before contact.erased is appended; finish or leave must follow, also where it fails. Errors: storage_failed,
  // log_unavailable. This and finish may take seconds.
  [[nodiscard]] Result<void> plan(std::span<const ContactId> contacts);
  // Once it is folded: destroys the keys, and has the files cleaned behind the answer. Errors: as plan; what is left is
  // done later.
  [[nodiscard]] Result<void> finish(std::span<const ContactId> contacts);
  // Of contacts of which the log said so before this call: the same, where their keys are still there, or the log is
  // in clear.
  [[nodiscard]] Result<void> finish_left(std::span<const ContactId> contacts);
  // The same, one after the other on a thread of its own; `done` is called there, and must not block.
  using Done = std::function<void(Result<void>)>;
  void plan(std::vector<ContactId> contacts, Done done);
  void finish(std::vector<ContactId> contacts, Done done);
  void finish_left(std::vector<ContactId> contacts, Done done);
  // The caller does not know whether the log says it: that is found out, behind what was asked for before. Returns at
  // once.
  void leave(std::vector<ContactId> contacts);

  EraserStatus status() const;

  // Called before files are written anew: has whoever keeps rows of an earlier moment for later let go of them, or they
  // would stay in the files. Thread-safe; until the eraser ends.
  void before_cleaning(std::function<void()> let_go);

 private:
  void run();
  bool is_shared() const;
  Result<void> take_up();
  Result<void> take_up_planned();
  Result<void> settle(const PlannedErasure& planned);
  Result<void> follow();
  Result<void> catch_up(const std::vector<ContactId>& contacts);
  bool is_folded_here(ContactId contact) const;
  Result<bool> wait_level();
  Result<void> destroy(std::span<const ContactId> contacts);
  Result<void> call_off(std::span<const ContactId> contacts);
  void left(std::span<const ContactId> contacts);
  void land(std::span<const ContactId> contacts);
  Result<void> clean();
  Result<void> clean_backups();
  Result<void> clean_rows();
  Result<void> drop_parked();
  bool wait_while(const std::function<bool()>& busy);

  EventLog& log_;
  Folder& folder_;
  Rebuilder& rebuilder_;
  BackupRunner& runner_;
  const EraserOptions options_;

  std::mutex plans_mutex_;  // held while one is planned or called off, which may take seconds; before mutex_
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false, looks_again_ = true;
  std::set<ContactId> pending_;
  // Planned, and neither finished nor left. Two callers may be at one contact.
  std::multiset<ContactId> under_way_;
  std::optional<Error> error_;
  std::function<void()> let_go_ = [] {};
  std::thread thread_;
  WorkQueue works_{"erase steps", 1};  // the last, so that it ends first
};

}  // namespace rapport
