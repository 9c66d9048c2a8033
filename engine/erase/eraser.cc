#include "engine/erase/eraser.h"

#include <algorithm>

#include "engine/backup/backup_manifest.h"
#include "engine/backup/erasure_register.h"
#include "events/thread_name.h"
#include "projections/contact_reader.h"
#include "projections/store/durable_file.h"

namespace rapport {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kRetryDelay{30};
constexpr std::chrono::seconds kBusyDelay{2};
constexpr std::chrono::milliseconds kLook{200};
constexpr std::chrono::hours kDropInterval{1};

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
  {
    const std::lock_guard lock(mutex_);
    under_way_.insert(contacts.begin(), contacts.end());
  }
  const std::lock_guard one_plans(plans_mutex_);
  return log_.seal()->keys().plan_erasure(contacts);
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
    left(contacts);  // they are planned still
    return destroyed;
  }
  const std::lock_guard lock(mutex_);
  land(contacts);
  return {};
}

void Eraser::plan(std::vector<ContactId> contacts, Done done) {
  works_.post([this, contacts = std::move(contacts), done = std::move(done)] { done(plan(contacts)); });
}

void Eraser::finish(std::vector<ContactId> contacts, Done done) {
  works_.post([this, contacts = std::move(contacts), done = std::move(done)] { done(finish(contacts)); });
}

Result<void> Eraser::finish_left(std::span<const ContactId> contacts) {
  // In clear nothing tells what is left of it, so all of it is done again.
  if (log_.seal() == nullptr) return finish(contacts);
  std::vector<ContactId> left;
  for (const ContactId contact : contacts) {
    const auto key = log_.seal()->keys().find(contact);
    if (!key) return key.error();
    if (key->state == KeyState::there) left.push_back(contact);
  }
  return left.empty() ? Result<void>() : finish(left);
}

void Eraser::finish_left(std::vector<ContactId> contacts, Done done) {
  works_.post([this, contacts = std::move(contacts), done = std::move(done)] { done(finish_left(contacts)); });
}

void Eraser::leave(std::vector<ContactId> contacts) {
  works_.post([this, contacts = std::move(contacts)] { left(contacts); });
}

void Eraser::left(std::span<const ContactId> contacts) {
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

void Eraser::before_cleaning(std::function<void()> let_go) {
  const std::lock_guard lock(mutex_);
  let_go_ = std::move(let_go);
}

bool Eraser::is_shared() const { return log_.seal() != nullptr && log_.seal()->keys().is_shared(); }

void Eraser::run() {
  name_thread("erase");
  using Clock = std::chrono::steady_clock;
  Result<void> done;
  std::string told;  // of what went wrong, until it goes well
  Clock::time_point drop_due{}, follow_due = is_shared() ? Clock::time_point{} : Clock::time_point::max();
  while (true) {
    {
      std::unique_lock lock(mutex_);
      error_ = done ? std::nullopt : std::optional(done.error());
      if (done) {
        changed_.wait_until(lock, std::min(drop_due, follow_due),
                            [this] { return stopping_ || looks_again_ || !pending_.empty(); });
      } else {
        const auto delay = done.error().code == Errc::overloaded ? kBusyDelay : kRetryDelay;
        changed_.wait_for(lock, delay, [this] { return stopping_; });
      }
      if (stopping_) return;
    }
    done = {};
    if (Clock::now() >= follow_due) {
      done = follow();
      follow_due = Clock::now() + options_.follow_interval;
    }
    if (done) done = take_up();
    if (done && Clock::now() >= drop_due) {
      done = drop_parked();
      if (done) drop_due = Clock::now() + kDropInterval;
    }
    if (done) done = clean();
    // An outage is told of by the log itself.
    const bool waits = !done && done.error().code == Errc::log_unavailable && status().pending.empty();
    const std::string wrong = done || waits ? "" : to_string(done.error());
    if (!wrong.empty() && wrong != told) options_.notice("an erasure is not done yet, and is tried again: " + wrong);
    told = wrong;
  }
}

// What others have destroyed goes from here too.
Result<void> Eraser::follow() {
  RAPPORT_TRY(log_.seal()->keys().tend());
  const auto destroyed = log_.seal()->keys().contacts_to_clean();
  if (!destroyed) return destroyed.error();
  const auto planned = log_.seal()->keys().planned_erasures();
  if (!planned) return planned.error();
  if (!destroyed->empty()) {
    // The log said so before: once that is folded the rows are deleted, and may be cleaned away.
    const auto level = wait_level();
    if (!level) return level.error();
    if (!*level) return {};
    RAPPORT_TRY(catch_up(*destroyed));
  }
  const std::lock_guard lock(mutex_);
  pending_.insert(destroyed->begin(), destroyed->end());
  for (const PlannedErasure& erasure : *planned) looks_again_ = looks_again_ || !erasure.own;
  return {};
}

// Rows of a partition that was folded here once, and is another instance's now, still say what was known of them.
Result<void> Eraser::catch_up(const std::vector<ContactId>& contacts) {
  if (!options_.catch_up) return {};
  const auto view = folder_.view();
  std::set<Partition> behind;
  for (const ContactId contact : contacts) {
    const auto state = read_contact(*view, contact);
    if (!state) return state.error();
    if (*state && (*state)->gone != Gone::erased) behind.insert(log_.partition_of(to_string(Subject{contact})));
  }
  return behind.empty() ? Result<void>() : options_.catch_up(behind);
}

bool Eraser::is_folded_here(ContactId contact) const {
  const Partition partition = log_.partition_of(to_string(Subject{contact}));
  const FoldStatus status = folder_.status();
  return std::any_of(status.partitions.begin(), status.partitions.end(),
                     [&](const PartitionStatus& one) { return one.partition == partition; });
}

// What nobody is at: planned before this process began, or left, or by another machine.
Result<void> Eraser::take_up() {
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(looks_again_, false)) return {};
  }
  const auto taken = take_up_planned();
  if (!taken) left({});
  return taken;
}

Result<void> Eraser::take_up_planned() {
  if (log_.seal() == nullptr) return {};
  auto planned = log_.seal()->keys().planned_erasures();
  if (!planned) return planned.error();
  {
    // Whoever is under way may append behind the ends asked for below.
    const std::lock_guard lock(mutex_);
    std::erase_if(*planned, [this](const PlannedErasure& erasure) { return under_way_.contains(erasure.contact); });
  }
  if (planned->empty()) return {};
  const auto level = wait_level();
  if (!level) return level.error();
  if (!*level) return {};
  for (const PlannedErasure& erasure : *planned) RAPPORT_TRY(settle(erasure));
  return {};
}

// Until all that the log holds now is folded, of what is folded here. False: the engine stops.
Result<bool> Eraser::wait_level() {
  const auto ends = log_.ends();
  if (!ends) return ends.error();
  for (auto end = ends->begin(); end != ends->end();) {
    const auto folded = folder_.wait_folded({*end}, std::chrono::steady_clock::now() + kLook);
    // Another instance folds it.
    if (folded || folded.error().code == Errc::unreachable) {
      ++end;
      continue;
    }
    if (folded.error().code != Errc::wait_timeout) return folded.error();
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
  }
  return true;
}

// Erased where the log says so, else nobody was told that it is.
Result<void> Eraser::settle(const PlannedErasure& planned) {
  const ContactId contact = planned.contact;
  const auto state = read_contact(*folder_.view(), contact);
  if (!state) return state.error();
  if (*state && (*state)->gone == Gone::erased) return destroy({&contact, 1});
  // Whoever planned it may be at it; and whether the log says it is for whoever folds the contact to see.
  if (!planned.own || !is_folded_here(contact)) return {};
  const std::lock_guard one_plans(plans_mutex_);
  {
    const std::lock_guard lock(mutex_);
    // Someone has planned it again meanwhile, or is about to, and has perhaps finished by now.
    if (under_way_.contains(contact) || pending_.contains(contact)) return {};
  }
  return call_off({&contact, 1});
}

Result<void> Eraser::drop_parked() {
  if (log_.seal() == nullptr) return {};
  const Timestamp now = now_wall_clock();
  ParkedDay kept_from = parked_day_of(now);
  kept_from.value -= std::min<std::uint64_t>(kept_from.value, options_.parked_days_kept);
  return log_.seal()->keys().destroy_days_before(kept_from, now);
}

// True: it ended; false: the engine stops.
bool Eraser::wait_while(const std::function<bool()>& busy) {
  while (busy()) {
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, kLook, [this] { return stopping_; })) return false;
  }
  return true;
}

Result<void> Eraser::clean() {
  std::vector<ContactId> contacts;
  {
    const std::lock_guard lock(mutex_);
    contacts.assign(pending_.begin(), pending_.end());
  }
  if (contacts.empty()) return {};
  RAPPORT_TRY(add_to_erasure_register(options_.backups / kErasureRegisterName, log_.id(), contacts, now_wall_clock()));
  RAPPORT_TRY(clean_backups());
  RAPPORT_TRY(clean_rows());
  RAPPORT_TRY(clean_backups());  // one that was made meanwhile has files from before
  if (is_shared()) RAPPORT_TRY(log_.seal()->keys().clean_files());
  RAPPORT_TRY(call_off(contacts));
  const std::lock_guard lock(mutex_);
  for (const ContactId contact : contacts) pending_.erase(contact);
  return {};
}

// Of a backup the projections are a cache, in clear: without them it is folded from its log. One that was interrupted
// has them too.
Result<void> Eraser::clean_backups() {
  const auto is_running = [this] {
    const auto status = runner_.status();
    return status && status->state == BackupState::running;
  };
  if (!wait_while(is_running)) return Error{Errc::shutting_down, "the engine is stopping"};
  std::error_code error;
  for (fs::recursive_directory_iterator entry(options_.backups, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!holds_backup(entry->path())) continue;
    const fs::path cache = entry->path() / kBackupProjections;
    std::error_code failed;
    fs::remove_all(cache, failed);
    if (failed) return storage_error(cache, "cannot be deleted", failed.value());
  }
  if (error) return storage_error(options_.backups, "cannot be read", error.value());
  return {};
}

// Deleted rows stand in files until those are written anew: the live generation's, and whatever a rebuild has begun.
Result<void> Eraser::clean_rows() {
  // It may be paused, or wait for days to be accepted, and there is more to do than this.
  if (const auto status = rebuilder_.status(); status && !is_over(status->state)) {
    return Error{Errc::overloaded, "a rebuild is under way, whose rows are cleaned once it is over"};
  }
  RAPPORT_TRY(rebuilder_.drop_kept());
  std::function<void()> let_go;
  {
    const std::lock_guard lock(mutex_);
    let_go = let_go_;
  }
  let_go();
  return folder_.live()->write_anew();
}

}  // namespace rapport
