#include "engine/backup/backup.h"

#include <algorithm>

#include "projections/generation.h"
#include "projections/store/durable_file.h"

namespace rapport {
namespace {

namespace fs = std::filesystem;

class Backup {
 public:
  Backup(fs::path directory, const BackupProgress& progress) : directory_(std::move(directory)), progress_(progress) {}

  // Both parts, the projections first.
  Result<void> copy(EventLog& log, const View& view) {
    RAPPORT_TRY(go_on());
    RAPPORT_TRY(replace_text(directory_ / kBackupBegunName, {}));
    RAPPORT_TRY(view.store().copy_to(directory_ / kBackupProjections));
    RAPPORT_TRY(read_checkpoints());
    RAPPORT_TRY(go_on());
    auto ends = log.ends();
    if (!ends) return ends.error();
    const auto copied = log.copy_to(directory_ / kBackupLog);
    if (!copied) return copied.error();
    if (*copied) manifest_.log_end = *std::move(ends);
    // Behind the log: of what is sealed in that, every key is there. Those that machines share are no machine's to
    // keep.
    if (log.seal() == nullptr || log.seal()->keys().is_shared()) return {};
    return log.seal()->keys().copy_to(directory_ / kBackupKeys);
  }

  Result<void> hash() {
    const auto paths = files_of_backup(directory_);
    if (!paths) return paths.error();
    std::error_code gone;
    for (const std::string& path : *paths) bytes_total_ += fs::file_size(directory_ / path, gone);
    RAPPORT_TRY(go_on());
    for (const std::string& path : *paths) {
      const auto digest = digest_file(directory_ / path, [this](std::uint64_t bytes) {
        bytes_ += bytes;
        return progress_(bytes_, bytes_total_);
      });
      if (!digest) return digest.error();
      manifest_.files.push_back({path, *digest});
    }
    return {};
  }

  Result<BackupManifest> finish(LogId log, const std::string& log_kind) {
    manifest_.made = now_wall_clock();
    manifest_.log = log;
    manifest_.log_kind = log_kind;
    RAPPORT_TRY(go_on());
    RAPPORT_TRY(sync_directory(directory_));
    RAPPORT_TRY(replace_text(directory_ / kBackupManifestName, encode_manifest(manifest_)));
    RAPPORT_TRY(sync_directory(fs::absolute(directory_).parent_path()));
    RAPPORT_TRY(remove_file(directory_ / kBackupBegunName));
    return manifest_;
  }

 private:
  // Of the copy: where exactly it stands is known from itself alone.
  Result<void> read_checkpoints() {
    const auto checkpoints = read_stored_checkpoints(directory_ / kBackupProjections);
    if (!checkpoints) return checkpoints.error();
    manifest_.position = positions_of(*checkpoints);
    manifest_.digest = total_digest(*checkpoints);
    manifest_.counts = total_counts(*checkpoints);
    manifest_.fold_version = kFoldVersion;
    for (const auto& [partition, checkpoint] : *checkpoints) {
      manifest_.fold_version = checkpoint.fold_version;
      manifest_.contacts += checkpoint.contacts;
      manifest_.companies += checkpoint.companies;
    }
    return {};
  }

  Result<void> go_on() const {
    if (progress_(bytes_, bytes_total_)) return {};
    return Error{Errc::shutting_down, "the backup was stopped", directory_.string()};
  }

  fs::path directory_;
  const BackupProgress& progress_;
  std::uint64_t bytes_ = 0, bytes_total_ = 0;
  BackupManifest manifest_;
};

// What was begun is no backup, and in the way of the next one.
void clear(const fs::path& directory, bool was_there) {
  std::error_code ignored;
  if (!was_there) {
    fs::remove_all(directory, ignored);
    return;
  }
  for (const char* name : {kBackupLog, kBackupProjections, kBackupKeys, kBackupManifestName, kBackupBegunName}) {
    fs::remove_all(directory / name, ignored);
  }
}

}  // namespace

Result<bool> is_new_or_empty(const fs::path& directory) {
  std::error_code error;
  if (!fs::exists(directory, error) && !error) return true;
  const bool empty = fs::is_directory(directory, error) && fs::is_empty(directory, error);
  if (error) return storage_error(directory, "cannot be read", error.value());
  return empty;
}

Result<std::vector<std::string>> files_of_backup(const fs::path& directory) {
  std::vector<std::string> out;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->is_directory(error)) continue;
    std::string path = entry->path().lexically_relative(directory).generic_string();
    if (path != kBackupManifestName && path != kBackupBegunName) out.push_back(std::move(path));
  }
  if (error) return storage_error(directory, "cannot be read", error.value());
  std::sort(out.begin(), out.end());
  return out;
}

Result<BackupManifest> back_up(EventLog& log, const std::string& log_kind, const View& view, const fs::path& directory,
                               const BackupProgress& progress) {
  const auto room = is_new_or_empty(directory);
  if (!room) return room.error();
  if (!*room) {
    return Error{Errc::invalid_argument, "is there and not empty: a backup takes a directory of its own",
                 directory.string()};
  }
  std::error_code error;
  const bool made = fs::create_directory(directory, error);
  if (error) return storage_error(directory, "cannot be made", error.value());
  Backup backup(directory, progress);
  auto copied = backup.copy(log, view);
  if (copied) copied = backup.hash();
  Result<BackupManifest> finished = copied ? backup.finish(log.id(), log_kind) : Result<BackupManifest>(copied.error());
  if (!finished) clear(directory, !made);
  return finished;
}

}  // namespace rapport
