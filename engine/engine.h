// The engine of one process, put together: a data directory, the log, the live generation, the folder that moves it,
// the publisher that feeds it and the keys that guard it.
//
// Invariants: parts are made in the order of the line and stop in reverse. Thread-safe once open.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/backup/backup_runner.h"
#include "engine/erase/eraser.h"
#include "engine/feed/feed.h"
#include "engine/fold/folder.h"
#include "engine/generations/damage_watch.h"
#include "engine/generations/data_directory.h"
#include "engine/generations/disk_room.h"
#include "engine/generations/rebuilder.h"
#include "engine/generations/scrubber.h"
#include "engine/group/group.h"
#include "engine/group/member_publisher.h"
#include "engine/group/member_reverts.h"
#include "engine/log/event_log.h"
#include "engine/log_choice.h"
#include "engine/publish/inbox_mover.h"
#include "engine/publish/publisher.h"
#include "engine/revert/reverter.h"
#include "projections/generation.h"

namespace rapport {

struct EngineOptions {
  std::filesystem::path data;
  std::filesystem::path backups = {};  // below which backups are made; empty: data/backups
  LogChoice log = embedded_log(1);
  FolderOptions folder = {};
  PublisherOptions publisher = {};
  std::size_t cache_bytes = 128u << 20;
  std::size_t file_step_bytes_min = 8u << 20;   // generation.h
  std::uint32_t scrub_contacts_per_second = 0;  // checked in the background; 0: none
  std::uint32_t parked_days_kept = 30;          // of an encrypted log: then what records were parked with is dropped
  std::uint64_t keep_free_bytes = 0;            // below it nothing is written any more; 0: no matter
  FreeBytes free_bytes = {};                    // of the data directory; unset: as its file systems say
  // What an operator should know: projections that are folded anew, a fold that has halted, and why, a disk that is
  // almost full. Called on several threads. The folder's, too.
  std::function<void(const std::string&)> notice = [](const std::string&) {};
};

// The parts that a command without a server needs: what stands on the disk, and the log.
struct StoredEngine {
  DataDirectory directory;
  std::unique_ptr<EventLog> log;
  std::unique_ptr<Generation> generation;
};

// Opens the current generation: as it stands where another fold version made it, a new, empty one where it is damaged:
// the log is the truth. Errors: locked, wrong_format, storage_failed, corrupt (the log), log_unavailable.
[[nodiscard]] Result<StoredEngine> open_stored(const EngineOptions& options);

class Engine {
 public:
  // Errors: those of open_stored, Folder::start and Publisher::open.
  [[nodiscard]] static Result<std::unique_ptr<Engine>> open(const EngineOptions& options);
  // Stops publishing, folds no further, writes the rows out.
  ~Engine();

  std::string_view log_kind() const { return log_kind_; }
  EventLog& log() { return *stored_.log; }
  Folder& folder() { return *folder_; }
  Publisher& publisher() { return *publisher_; }
  Rebuilder& rebuilder() { return *rebuilder_; }
  // Absent where it is off.
  std::optional<ScrubStatus> scrub_status() const;
  Feed& feed() { return *feed_; }
  BackupRunner& backups() { return *backups_; }
  const DiskRoom& disk_room() const { return *disk_room_; }
  Reverter& reverter() { return *reverter_; }
  Eraser& eraser() { return *eraser_; }
  // Absent where the log has none.
  std::optional<InboxStatus> inbox_status() const;
  // Null where this is the only instance.
  Group* group() const { return group_.get(); }

 private:
  Engine(StoredEngine stored, std::string log_kind) : stored_(std::move(stored)), log_kind_(std::move(log_kind)) {}

  // The steps of open(), in this order. Errors: those of open().
  [[nodiscard]] Result<void> start_folding(const EngineOptions& options);
  [[nodiscard]] Result<void> start_publishing(const EngineOptions& options);
  [[nodiscard]] Result<void> start_rebuilding(const EngineOptions& options);
  void start_feed();
  void start_maintaining(const EngineOptions& options);  // backups, erasures, reverts
  [[nodiscard]] Result<void> start_moving_inbox(const EngineOptions& options);

  StoredEngine stored_;
  std::string log_kind_;
  std::unique_ptr<DiskRoom> disk_room_;
  std::unique_ptr<Folder> folder_;
  std::unique_ptr<Group> group_;
  std::unique_ptr<MemberPublisher> others_;
  std::unique_ptr<MemberReverts> owners_;
  std::unique_ptr<Publisher> publisher_;
  std::unique_ptr<Rebuilder> rebuilder_;
  std::unique_ptr<DamageWatch> damage_watch_;
  std::unique_ptr<Scrubber> scrubber_;
  std::unique_ptr<Feed> feed_;
  std::unique_ptr<BackupRunner> backups_;
  std::unique_ptr<Reverter> reverter_;
  std::unique_ptr<Eraser> eraser_;
  std::unique_ptr<InboxMover> mover_;
  std::unique_ptr<KafkaInbox> inbox_;
};

}  // namespace rapport
