// An engine's data directory made again from a backup.
//
// Invariants:
// - Nothing is used whose hash is not the manifest's, and nothing that the manifest does not name.
// - The data directory is finished only once the digest at the backup's position is the manifest's: that of the
//   projections, or where they cannot be used, of the log folded anew. Until then no engine opens it.
#pragma once

#include <filesystem>
#include <functional>

#include "engine/backup/backup.h"
#include "engine/log/log_seal.h"

namespace rapport {

struct RestoreOptions {
  std::filesystem::path backup;
  std::filesystem::path data;  // new or empty
  // False: the projections are left where they are, damaged or not, and made again from the log.
  bool use_projections = true;
  SealOptions seal = {};                // whose master key opens the backup's keys
  std::filesystem::path erasures = {};  // the register of erasures; empty: the one beside the backup
  std::function<void(const std::string&)> notice = [](const std::string&) {};
};

struct Restored {
  BackupManifest manifest;
  bool refolded = false;     // the projections were made again from the log
  std::uint64_t erased = 0;  // contacts that were erased since the backup, and now here too
};

// Told of bytes checked and copied. False stops.
// Errors, and then `data` is as it was:
//   not_found         no finished backup
//   corrupt           a file is damaged, missing or one too many (`field` is its path); the digest is another
//   wrong_format      another version's backup; or the log is not in it, and its projections cannot be used: they do
//                     not open, or hold somebody who was erased since
//   invalid_argument  `data` holds something
//   storage_failed, shutting_down
[[nodiscard]] Result<Restored> restore_backup(const RestoreOptions& options, const BackupProgress& progress);

}  // namespace rapport
