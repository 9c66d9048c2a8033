#include "engine/erase/eraser.h"

#include "engine/backup/backup_manifest.h"
#include "engine/backup/erasure_register.h"
#include "projections/contact_reader.h"
#include "projections/store/durable_file.h"

namespace rapport {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kRetryDelay{30};
constexpr std::chrono::milliseconds kLook{200};
constexpr std::chrono::hours kDropInterval{1};
constexpr std::int64_t kDay_ms = 86'400'000;

}  // namespace

Eraser::Eraser(EventLog& log, Folder& folder, Rebuilder& rebuilder, BackupRunner& runner, EraserOptions options)
    : log_(log), folder_(folder), rebuilder_(rebuilder), runner_(runner), options_(std::move(options)) {
  thread_ = std::thread([this] { run(); });
}

Eraser::~Eraser() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Result<void> Eraser::plan(std::span<const ContactId> contacts) {
  if (log_.seal() == nullptr) return {};
  const std::lock_guard lock(mutex_);
  RAPPORT_TRY(log_.seal()->keys().plan_erasure(contacts));
  under_way_.insert(contacts.begin(), contacts.end());
  return {};
}

Result<void> Eraser::call_off(std::span<const ContactId> contacts) {
  return log_.seal() != nullptr ? log_.seal()->keys().call_off_erasure(contacts) : Result<void>();
}

Result<void> Eraser::destroy(std::span<const ContactId> contacts) {
  if (log_.seal() != nullptr) RAPPORT_TRY(log_.seal()->keys().destroy(contacts, now_wall_clock()));
  const std::lock_guard lock(mutex_);
  pending_.insert(contacts.begin(), contacts.end());
  changed_.notify_all();
  return {};
}

Result<void> Eraser::finish(std::span<const ContactId> contacts) {
  const auto destroyed = destroy(contacts);
  if (!destroyed) {
    leave(contacts);  // they are planned still
    return destroyed;
  }
  const std::lock_guard lock(mutex_);
  land(contacts);
  return {};
}

void Eraser::leave(std::span<const ContactId> contacts) {
  const std::lock_guard lock(mutex_);
  land(contacts);
  looks_again_ = true;
  changed_.notify_all();
}

void Eraser::land(std::span<const ContactId> contacts) {
  for (const ContactId contact : contacts) {
    if (const auto at = under_way_.find(contact); at != under_way_.end()) under_way_.erase(at);
  }
}

EraserStatus Eraser::status() const {
  const std::lock_guard lock(mutex_);
  return {log_.seal() != nullptr, {pending_.begin(), pending_.end()}, error_};
}

void Eraser::run() {
  Result<void> done;
  std::chrono::steady_clock::time_point drop_due{};
  while (true) {
    std::vector<ContactId> contacts;
    bool looks = false;
    {
      std::unique_lock lock(mutex_);
      error_ = done ? std::nullopt : std::optional(done.error());
      if (done) {
        changed_.wait_until(lock, drop_due, [this] { return stopping_ || looks_again_ || !pending_.empty(); });
      } else {
        changed_.wait_for(lock, kRetryDelay, [this] { return stopping_; });
      }
      if (stopping_) return;
      contacts.assign(pending_.begin(), pending_.end());
      looks = std::exchange(looks_again_, false);
    }
    done = looks ? take_up() : Result<void>();
    if (!done) leave({});
    if (done && !contacts.empty()) done = clean(contacts);
    const auto now = std::chrono::steady_clock::now();
    if (done && now >= drop_due) {
      done = drop_parked();
      if (done) drop_due = now + kDropInterval;
    }
    if (!done) {
      options_.notice("an erasure is not done yet, and is tried again: " + to_string(done.error()));
      continue;
    }
    const std::lock_guard lock(mutex_);
    for (const ContactId contact : contacts) pending_.erase(contact);
  }
}

// What nobody is at: planned before this process began, or left.
Result<void> Eraser::take_up() {
  if (log_.seal() == nullptr) return {};
  auto planned = log_.seal()->keys().planned_erasures();
  if (!planned) return planned.error();
  {
    // Whoever is under way may append behind the ends asked for below.
    const std::lock_guard lock(mutex_);
    std::erase_if(*planned, [this](ContactId contact) { return under_way_.contains(contact); });
  }
  if (planned->empty()) return {};
  const auto ends = log_.ends();
  if (!ends) return ends.error();
  while (true) {
    const auto folded = folder_.wait_folded(*ends, std::chrono::steady_clock::now() + kLook);
    if (folded) break;
    if (folded.error().code != Errc::wait_timeout) return folded.error();
    const std::lock_guard lock(mutex_);
    if (stopping_) return {};
  }
  for (const ContactId contact : *planned) RAPPORT_TRY(settle(contact));
  return {};
}

// Erased where the log says so, else nobody was told that it is.
Result<void> Eraser::settle(ContactId contact) {
  const auto state = read_contact(*folder_.view(), contact);
  if (!state) return state.error();
  if (*state && (*state)->gone == Gone::erased) return destroy({&contact, 1});
  const std::lock_guard lock(mutex_);
  // Someone has planned it again meanwhile, and has perhaps finished by now.
  if (under_way_.contains(contact) || pending_.contains(contact)) return {};
  return call_off({&contact, 1});
}

Result<void> Eraser::drop_parked() {
  if (log_.seal() == nullptr) return {};
  const Timestamp now = now_wall_clock();
  const Timestamp kept_from{now.ms - std::int64_t{options_.parked_days_kept} * kDay_ms};
  return log_.seal()->keys().destroy_days_before(parked_day_of(kept_from), now);
}

// True: it ended; false: the engine stops.
bool Eraser::wait_while(const std::function<bool()>& busy) {
  while (busy()) {
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, kLook, [this] { return stopping_; })) return false;
  }
  return true;
}

Result<void> Eraser::clean(const std::vector<ContactId>& contacts) {
  RAPPORT_TRY(clean_backups(contacts));
  RAPPORT_TRY(clean_rows());
  return call_off(contacts);
}

// Of a backup the projections are a cache, in clear: without them it is folded from its log.
Result<void> Eraser::clean_backups(const std::vector<ContactId>& contacts) {
  const auto is_running = [this] {
    const auto status = runner_.status();
    return status && status->state == BackupState::running;
  };
  if (!wait_while(is_running)) return Error{Errc::shutting_down, "the engine is stopping"};
  std::error_code error;
  if (!fs::exists(options_.backups, error)) return {};
  RAPPORT_TRY(add_to_erasure_register(options_.backups / kErasureRegisterName, log_.id(), contacts, now_wall_clock()));
  for (fs::directory_iterator entry(options_.backups, error), end; !error && entry != end; entry.increment(error)) {
    const fs::path cache = entry->path() / kBackupProjections;
    if (!fs::exists(entry->path() / kBackupManifestName, error) || !fs::exists(cache, error)) continue;
    std::error_code failed;
    fs::remove_all(cache, failed);
    if (failed) return storage_error(cache, "cannot be deleted", failed.value());
  }
  if (error) return storage_error(options_.backups, "cannot be read", error.value());
  return {};
}

// Deleted rows stand in files until those are written anew: the live generation's, and whatever a rebuild has begun.
Result<void> Eraser::clean_rows() {
  const auto is_rebuilding = [this] {
    const auto status = rebuilder_.status();
    return status && !is_over(status->state);
  };
  if (!wait_while(is_rebuilding)) return Error{Errc::shutting_down, "the engine is stopping"};
  RAPPORT_TRY(rebuilder_.drop_kept());
  Generation* live = nullptr;
  RAPPORT_TRY(folder_.between_steps([&](Generation& generation) -> Result<Generation*> {
    live = &generation;
    return &generation;
  }));
  return live->write_anew();
}

}  // namespace rapport
