// A backup: a directory that an engine can be made again from, taken while it serves.
//
//   DIR/projections/   a generation as it stood behind one step: a cache, for a quick start
//   DIR/log/           the embedded log, up to a moment behind that; not there when the log is on Kafka
//   DIR/keys/          the contacts' keys, sealed under the master key, which is not in it; where the log is sealed
//                      and they are not shared by machines
//   DIR/backup.json    what it is (backup_manifest.h)
//   DIR/unfinished     until that is there
//
// Invariants:
// - The projections are copied first, so the log holds everything that they were folded from, and every event that was
//   acknowledged before the backup began.
// - What a crash or a full disk interrupts has no manifest, and restore refuses it.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "engine/backup/backup_manifest.h"
#include "engine/log/event_log.h"
#include "projections/view.h"

namespace rapport {

// Told between the parts and along the files as they are hashed; `bytes_total` is 0 until it is known. False stops.
using BackupProgress = std::function<bool(std::uint64_t bytes, std::uint64_t bytes_total)>;

// `directory` is made; it may be there when it is empty, its parent must be. `view`: of the generation that serves.
// Errors: storage_failed, invalid_argument (the directory holds something; `field` is its path), shutting_down. What
// was begun is deleted.
[[nodiscard]] Result<BackupManifest> back_up(EventLog& log, const std::string& log_kind, const View& view,
                                             const std::filesystem::path& directory, const BackupProgress& progress);

// Whether there is nothing in it, or no such directory. Errors: storage_failed.
[[nodiscard]] Result<bool> is_new_or_empty(const std::filesystem::path& directory);

// The paths of all files in the backup but its manifest, ascending, as the manifest has them. Errors: storage_failed.
[[nodiscard]] Result<std::vector<std::string>> files_of_backup(const std::filesystem::path& directory);

}  // namespace rapport
