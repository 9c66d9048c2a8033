#include "engine/backup/backup_runner.h"

#include <algorithm>
#include <array>

#include "engine/backup/erasure_register.h"
#include "events/thread_name.h"
#include "projections/store/durable_file.h"
#include "projections/store/give_way.h"

namespace rapport {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> kStateNames{"running", "done", "failed"};

}  // namespace

std::string_view backup_state_name(BackupState state) { return kStateNames[static_cast<std::size_t>(state)]; }

BackupRunner::BackupRunner(EventLog& log, std::string log_kind, Folder& folder, fs::path root)
    : log_(log),
      log_kind_(std::move(log_kind)),
      folder_(folder),
      root_(fs::absolute(std::move(root)).lexically_normal()) {}

BackupRunner::~BackupRunner() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

Result<fs::path> BackupRunner::place(const fs::path& directory) const {
  const fs::path below = (root_ / directory).lexically_normal().lexically_relative(root_);
  if (directory.empty() || below.empty() || below == "." || *below.begin() == "..") {
    return Error{Errc::invalid_argument,
                 "is a directory below " + root_.string() + ", where this engine keeps its backups (serve --backups)",
                 "directory"};
  }
  // What a backup holds is what it lists: it would not be restored with another inside.
  fs::path above = root_;
  for (const fs::path& step : below.parent_path()) {
    above /= step;
    if (holds_backup(above)) {
      return Error{Errc::invalid_argument, "is below " + above.string() + ", which is a backup", "directory"};
    }
  }
  if (below.begin()->string().starts_with(kErasureRegisterName)) {
    return Error{Errc::invalid_argument, "is the name of the list of those that are erased", "directory"};
  }
  return root_ / below;
}

Result<std::uint64_t> BackupRunner::start(const fs::path& directory) {
  const auto placed = place(directory);
  if (!placed) return placed.error();
  const auto room = is_new_or_empty(*placed);
  if (!room) return room.error();
  if (!*room) {
    return Error{Errc::duplicate_record, placed->string() + " is there already: a backup takes a directory of its own",
                 "directory"};
  }
  const std::lock_guard lock(mutex_);
  if (status_ && status_->state == BackupState::running) {
    return Error{Errc::overloaded, "backup " + std::to_string(status_->id) + " is under way"};
  }
  if (thread_.joinable()) thread_.join();
  RAPPORT_TRY(make_directories(placed->parent_path()));
  const std::uint64_t id = status_ ? status_->id + 1 : 1;
  status_ = BackupStatus{.id = id, .directory = *placed, .started = now_wall_clock()};
  thread_ = std::thread([this, to = *placed] { run(to); });
  return id;
}

void BackupRunner::run(const fs::path& directory) {
  name_thread("backup");
  give_way();
  auto made = back_up(log_, log_kind_, *folder_.view(), directory, [this](std::uint64_t bytes, std::uint64_t total) {
    const std::lock_guard lock(mutex_);
    status_->bytes = bytes;
    status_->bytes_total = total;
    return !stopping_;
  });
  const std::lock_guard lock(mutex_);
  status_->ended = now_wall_clock();
  status_->state = made ? BackupState::done : BackupState::failed;
  if (made) {
    status_->manifest = *std::move(made);
  } else {
    status_->error = made.error();
  }
}

std::optional<BackupStatus> BackupRunner::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

}  // namespace rapport
