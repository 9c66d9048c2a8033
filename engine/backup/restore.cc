#include "engine/backup/restore.h"

#include <set>

#include "engine/backup/erasure_register.h"
#include "engine/fold/checkpoint_check.h"
#include "engine/fold/refold.h"
#include "engine/generations/data_directory.h"
#include "engine/log/embedded_log.h"
#include "projections/contact_reader.h"
#include "projections/generation.h"
#include "projections/store/durable_file.h"

namespace rapport {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kFirstGeneration = 1;

bool lies_in(const std::string& path, const char* folder) { return path.starts_with(std::string(folder) + "/"); }

class Restore {
 public:
  Restore(const RestoreOptions& options, const BackupProgress& progress, BackupManifest manifest, DataDirectory data)
      : options_(options), progress_(progress), manifest_(std::move(manifest)), data_(std::move(data)) {
    // Taken away by an erasure: they are a cache.
    std::error_code unknown;
    uses_projections_ = options.use_projections && fs::exists(options.backup / kBackupProjections, unknown);
  }

  Result<Restored> run() {
    RAPPORT_TRY(data_.set_restoring(true));
    RAPPORT_TRY(copy_files());
    std::unique_ptr<EventLog> log;
    if (manifest_.log_end) {
      auto opened = open_log();
      if (!opened) return opened.error();
      log = *std::move(opened);
      RAPPORT_TRY(seal_log(*log, data_.path(), options_.seal));
      const auto erased = apply_erasure_register(register_file(), *log);
      if (!erased) return erased.error();
      erased_ = *erased;
    }
    RAPPORT_TRY(make_generation(log.get()));
    RAPPORT_TRY(data_.set_current_generation(kFirstGeneration));
    RAPPORT_TRY(data_.set_restoring(false));
    return Restored{std::move(manifest_), refolded_, erased_};
  }

 private:
  // Where a file of the backup goes.
  fs::path target_of(const std::string& path) const {
    if (lies_in(path, kBackupKeys)) return data_.path() / path;
    if (lies_in(path, kBackupLog)) return data_.log_path() / path.substr(std::string_view(kBackupLog).size() + 1);
    return data_.generation_path(kFirstGeneration) / path.substr(std::string_view(kBackupProjections).size() + 1);
  }
  bool is_wanted(const std::string& path) const { return uses_projections_ || !lies_in(path, kBackupProjections); }

  Error damaged(const std::string& path, const std::string& how) const {
    std::string detail = how;
    if (lies_in(path, kBackupProjections) && manifest_.log_end) {
      detail += "; without its projections (--from-log) the backup may still be good";
    }
    return {Errc::corrupt, std::move(detail), (options_.backup / path).string()};
  }

  Result<void> copy_files() {
    RAPPORT_TRY(check_names());
    std::uint64_t total = 0, done = 0;
    for (const BackupFile& file : manifest_.files) total += is_wanted(file.path) ? file.digest.size : 0;
    std::set<fs::path> directories;
    for (const BackupFile& file : manifest_.files) {
      if (!is_wanted(file.path)) continue;
      const fs::path target = target_of(file.path);
      RAPPORT_TRY(make_directories(target.parent_path()));
      const auto copied = copy_file(options_.backup / file.path, target, [&](std::uint64_t bytes) {
        done += bytes;
        return progress_(done, total);
      });
      if (!copied && copied.error().code == Errc::not_found) return damaged(file.path, "is missing");
      if (!copied) return copied.error();
      if (copied->size != file.digest.size) {
        return damaged(file.path, "has " + std::to_string(copied->size) + " bytes, the backup was made with " +
                                      std::to_string(file.digest.size));
      }
      if (*copied != file.digest) return damaged(file.path, "is damaged: its hash is another");
      directories.insert(target.parent_path());
    }
    for (const fs::path& directory : directories) RAPPORT_TRY(sync_directory(directory));
    return {};
  }

  // A file that the manifest does not name would be opened with the others, and may be replayed as if it were theirs.
  Result<void> check_names() const {
    const auto found = files_of_backup(options_.backup);
    if (!found) return found.error();
    std::set<std::string> named;
    for (const BackupFile& file : manifest_.files) named.insert(file.path);
    for (const std::string& path : *found) {
      if (is_wanted(path) && !named.contains(path)) return damaged(path, "is no file of the backup");
    }
    return {};
  }

  Result<std::unique_ptr<EventLog>> open_log() const {
    auto log = EmbeddedLog::open({.directory = data_.log_path()});
    if (!log) return log.error();
    const auto ends = (*log)->ends();
    if (!ends) return ends.error();
    if ((*log)->id() != manifest_.log) {
      return Error{Errc::corrupt,
                   "the log is " + to_string((*log)->id()) + ", the backup is of " + to_string(manifest_.log),
                   (options_.backup / kBackupLog).string()};
    }
    if (!covers(*ends, *manifest_.log_end) || !covers(*ends, manifest_.position)) {
      return Error{Errc::corrupt, "the log ends before " + to_string(PositionToken{manifest_.log, *manifest_.log_end}),
                   (options_.backup / kBackupLog).string()};
    }
    return std::unique_ptr<EventLog>(*std::move(log));
  }

  // Of the nearest directory above the backup that has one: backups may stand deeper below an engine's directory of
  // them.
  fs::path register_file() const {
    if (!options_.erasures.empty()) return options_.erasures;
    const fs::path beside = fs::absolute(options_.backup).lexically_normal().parent_path();
    std::error_code unknown;
    for (fs::path above = beside; above != above.parent_path(); above = above.parent_path()) {
      if (fs::exists(above / kErasureRegisterName, unknown)) return above / kErasureRegisterName;
    }
    return beside / kErasureRegisterName;
  }

  // Of a log that is elsewhere there are but rows, in clear, and nothing to make them again from: the engine that folds
  // on would serve them first. Errors: wrong_format; those of reading.
  Result<void> check_nobody_is_erased_since(const View& view) const {
    const auto erased = read_erasure_register(register_file(), {&manifest_.log, 1});
    if (!erased) return erased.error();
    for (const ContactId contact : *erased) {
      const auto state = read_contact(view, contact);
      if (!state) return state.error();
      if (!*state || (*state)->gone == Gone::erased) continue;
      return Error{Errc::wrong_format,
                   "contact " + std::to_string(contact.value) +
                       " was erased since, and the backup holds it in clear: serve an empty data directory, which " +
                       "folds the log on " + manifest_.log_kind + " anew, and delete the backup",
                   options_.backup.string()};
    }
    return {};
  }

  Result<void> make_generation(EventLog* log) {
    if (erased_ > 0) {
      options_.notice(std::to_string(erased_) +
                      " contacts were erased since, and are erased here too: the projections " +
                      "are made again from the log");
      RAPPORT_TRY(data_.drop_generation(kFirstGeneration));
      return fold_from_log(*log);
    }
    const bool there = fs::exists(data_.generation_path(kFirstGeneration));
    if (there) {
      const auto used = use_projections(log);
      if (used) return {};
      if (log == nullptr) return used.error();
      options_.notice("the projections are made again from the log: " + to_string(used.error()));
      RAPPORT_TRY(data_.drop_generation(kFirstGeneration));
    }
    if (log == nullptr) {
      return Error{Errc::wrong_format, "the log is on " + manifest_.log_kind + ", and the projections are not used",
                   options_.backup.string()};
    }
    return fold_from_log(*log);
  }

  // Those of another fold version too: the engine serves them while it folds its own.
  Result<void> use_projections(EventLog* log) {
    const auto generation =
        Generation::open({.directory = data_.generation_path(kFirstGeneration), .other_versions = true});
    if (!generation) return generation.error();
    RAPPORT_TRY(check_digest((*generation)->view()->checkpoints()));
    if (log == nullptr) RAPPORT_TRY(check_nobody_is_erased_since(*(*generation)->view()));
    if (log != nullptr) RAPPORT_TRY(check_checkpoints(*log, (*generation)->view()->checkpoints()));
    return (*generation)->flush();
  }

  Result<void> fold_from_log(EventLog& log) {
    refolded_ = true;
    const auto generation = Generation::open({.directory = data_.generation_path(kFirstGeneration)});
    if (!generation) return generation.error();
    const auto ends = log.ends();
    if (!ends) return ends.error();
    RAPPORT_TRY(refold(log, **generation, erased_ > 0 ? *ends : manifest_.position,
                       [&](std::uint64_t) { return progress_(0, 0); }));
    if (erased_ > 0) return (*generation)->flush();  // what the digest was made of is no longer there
    if (manifest_.fold_version == kFoldVersion) {
      RAPPORT_TRY(check_digest((*generation)->view()->checkpoints()));
    } else {
      options_.notice("fold version " + std::to_string(manifest_.fold_version) +
                      " made the backup: its digest says nothing about what this program folds");
    }
    return (*generation)->flush();
  }

  Result<void> check_digest(const Checkpoints& checkpoints) const {
    if (!covers(positions_of(checkpoints), manifest_.position) ||
        !covers(manifest_.position, positions_of(checkpoints))) {
      return Error{Errc::corrupt, "the projections stand elsewhere than the manifest says"};
    }
    const Digest digest = total_digest(checkpoints);
    if (digest == manifest_.digest) return {};
    return Error{Errc::corrupt,
                 "the digest is " + to_string(digest) + ", the backup was made with " + to_string(manifest_.digest)};
  }

  const RestoreOptions& options_;
  const BackupProgress& progress_;
  BackupManifest manifest_;
  DataDirectory data_;
  bool uses_projections_ = true;
  bool refolded_ = false;
  std::uint64_t erased_ = 0;
};

void clear(const fs::path& data, bool was_there) {
  std::error_code ignored;
  if (!was_there) {
    fs::remove_all(data, ignored);
    return;
  }
  for (fs::directory_iterator entry(data, ignored), end; !ignored && entry != end; entry.increment(ignored)) {
    std::error_code left;
    fs::remove_all(entry->path(), left);
  }
}

}  // namespace

Result<Restored> restore_backup(const RestoreOptions& options, const BackupProgress& progress) {
  auto manifest = read_manifest(options.backup);
  if (!manifest) return manifest.error();
  const auto room = is_new_or_empty(options.data);
  if (!room) return room.error();
  if (!*room) {
    return Error{Errc::invalid_argument, "holds something: a backup is restored into a new or empty directory",
                 options.data.string()};
  }
  const bool was_there = fs::exists(options.data);
  auto data = DataDirectory::open(options.data, manifest->log_kind);
  Result<Restored> restored =
      data ? Restore(options, progress, *std::move(manifest), *std::move(data)).run() : Result<Restored>(data.error());
  if (!restored) clear(options.data, was_there);
  return restored;
}

}  // namespace rapport
