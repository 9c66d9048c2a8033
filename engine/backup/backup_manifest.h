// What a backup says of itself, in its file backup.json: from which log, up to where, what the projections come to
// there, and every file with its size and hash. docs/backup.md shows one.
//
// Invariants: written last, synced, when all else is on the disk: a directory without it is no backup. Its last member,
// `checksum`, is the SHA-256 of all bytes of the file before that member, so that damage to the manifest is seen too.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/backup/file_digest.h"
#include "events/position.h"
#include "events/timestamp.h"
#include "projections/checkpoint.h"

namespace rapport {

inline constexpr const char* kBackupManifestName = "backup.json";
// There until backup.json is: what an erasure knows a backup by that was interrupted.
inline constexpr const char* kBackupBegunName = "unfinished";
// Where the files stand, in the backup.
inline constexpr const char* kBackupLog = "log";
inline constexpr const char* kBackupProjections = "projections";
inline constexpr const char* kBackupKeys = "keys";

struct BackupFile {
  std::string path;  // in the backup, with "/" between its parts
  FileDigest digest;

  friend bool operator==(const BackupFile&, const BackupFile&) = default;
};

struct BackupManifest {
  Timestamp made;
  std::string log_kind;  // "embedded", "kafka"
  LogId log;
  // Where the projections stand, and what they come to there.
  Positions position;
  Digest digest;
  OutcomeCounts counts;
  std::uint64_t contacts = 0, companies = 0;
  std::uint32_t fold_version = 0;
  // The log's files hold at least the records up to here; absent where the log is not in the backup.
  std::optional<Positions> log_end;
  std::vector<BackupFile> files;  // in order of path

  std::uint64_t size_bytes() const;

  friend bool operator==(const BackupManifest&, const BackupManifest&) = default;
};

std::string encode_manifest(const BackupManifest& manifest);
// Errors: corrupt, wrong_format (another version's).
[[nodiscard]] Result<BackupManifest> decode_manifest(std::string_view text);

// Errors: not_found (`directory` is no finished backup), and those of decode_manifest; `field` is the path.
[[nodiscard]] Result<BackupManifest> read_manifest(const std::filesystem::path& directory);

// Whether there is a backup, finished or interrupted. What cannot be looked at is none.
bool holds_backup(const std::filesystem::path& directory);

}  // namespace rapport
