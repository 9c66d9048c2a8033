#include "engine/engine.h"

namespace rapport {
namespace {

Result<std::unique_ptr<Generation>> open_generation(const DataDirectory& directory, std::uint64_t number,
                                                    const EngineOptions& options, bool other_versions = false) {
  return Generation::open({.directory = directory.generation_path(number),
                           .cache_bytes = options.cache_bytes,
                           .file_step_bytes_min = options.file_step_bytes_min,
                           .other_versions = other_versions});
}

// A generation that was kept for a way back, and that this program's fold made: after a program was exchanged for an
// older one. Null: there is none.
std::unique_ptr<Generation> open_kept(DataDirectory& directory, const EngineOptions& options) {
  std::vector<std::uint64_t> numbers = directory.generations();
  for (auto number = numbers.rbegin(); number != numbers.rend(); ++number) {
    if (*number == directory.current_generation() || *number == directory.pending_generation()) continue;
    auto kept = open_generation(directory, *number, options);
    if (!kept || (*kept)->view()->checkpoints().empty()) continue;
    if (!directory.set_current_generation(*number)) continue;
    options.notice("generation " + std::to_string(*number) + ", kept from before, serves again");
    return *std::move(kept);
  }
  return nullptr;
}

Result<std::unique_ptr<Generation>> open_new(DataDirectory& directory, const EngineOptions& options) {
  const std::uint64_t number = directory.next_generation();
  auto generation = open_generation(directory, number, options);
  if (!generation) return generation;
  RAPPORT_TRY(directory.set_current_generation(number));
  return generation;
}

// Rows that do not read back are no loss: they are folded anew. Those of another fold version are served as they stand.
Result<std::unique_ptr<Generation>> open_current(DataDirectory& directory, const EngineOptions& options) {
  const std::uint64_t current = directory.current_generation();
  if (current == 0) {
    if (!directory.generations().empty()) {
      options.notice("nothing says which generation serves: a new one is folded from the log");
    }
    return open_new(directory, options);
  }
  auto generation = open_generation(directory, current, options, true);
  if (!generation) {
    if (generation.error().code != Errc::corrupt) return generation;
    options.notice("generation " + std::to_string(current) +
                   " is folded anew from the log: " + to_string(generation.error()));
    return open_new(directory, options);
  }
  if ((*generation)->is_foldable()) return generation;
  if (auto kept = open_kept(directory, options)) return kept;
  if (options.log.group) {
    options.notice("generation " + std::to_string(current) + " was folded by fold version " +
                   std::to_string((*generation)->fold_version()) + ": a member of a group folds its partitions anew");
    return open_new(directory, options);
  }
  options.notice("generation " + std::to_string(current) + " was folded by fold version " +
                 std::to_string((*generation)->fold_version()) + " and is served as it stands, while version " +
                 std::to_string(kFoldVersion) + " is folded beside it");
  return generation;
}

std::function<Result<void>(const std::set<Partition>&)> catch_up_of(Group* group) {
  if (group == nullptr) return {};
  return [group](const std::set<Partition>& partitions) { return group->catch_up(partitions); };
}

// What gets a fresh id is folded by who gave it out, where that owns anything.
bool suits_member(const Group& group, const EventLog& log, IdKind kind, std::uint64_t id) {
  const std::set<Partition> owned = group.owned();
  if (owned.empty()) return true;
  const Subject subject = kind == IdKind::company ? Subject{CompanyId{id}} : Subject{ContactId{id}};
  const bool is_stream = kind == IdKind::company || kind == IdKind::contact;
  return !is_stream || owned.contains(log.partition_of(to_string(subject)));
}

}  // namespace

Result<StoredEngine> open_stored(const EngineOptions& options) {
  auto directory = DataDirectory::open(options.data, options.log.kind);
  if (!directory) return directory.error();
  auto log = options.log.open(directory->log_path());
  if (!log) return log.error();
  RAPPORT_TRY(seal_log(**log, directory->path(), options.log.seal));
  auto generation = open_current(*directory, options);
  if (!generation) return generation.error();
  return StoredEngine{*std::move(directory), *std::move(log), *std::move(generation)};
}

Result<std::unique_ptr<Engine>> Engine::open(const EngineOptions& options) {
  auto stored = open_stored(options);
  if (!stored) return stored.error();
  std::unique_ptr<Engine> engine(new Engine(*std::move(stored), options.log.kind));
  RAPPORT_TRY(engine->start_folding(options));
  RAPPORT_TRY(engine->start_publishing(options));
  RAPPORT_TRY(engine->start_rebuilding(options));
  engine->start_feed();
  engine->start_maintaining(options);
  if (options.log.open_inbox) RAPPORT_TRY(engine->start_moving_inbox(options));
  return engine;
}

Result<void> Engine::start_folding(const EngineOptions& options) {
  FolderOptions folding = options.folder;
  folding.notice = options.notice;
  if (options.log.group) folding.partitions = std::set<Partition>{};
  auto folder = Folder::start(log(), std::move(stored_.generation), folding);
  if (!folder) return folder.error();
  folder_ = *std::move(folder);
  if (!options.log.group) return {};
  auto group = Group::open(*options.log.group, log(), *folder_);
  if (!group) return group.error();
  group_ = *std::move(group);
  others_ = std::make_unique<MemberPublisher>(log(), *group_);
  return {};
}

Result<void> Engine::start_publishing(const EngineOptions& options) {
  disk_room_ = std::make_unique<DiskRoom>(DiskRoomOptions{
      .keep_free_bytes = options.keep_free_bytes,
      .free_bytes = options.free_bytes
                        ? options.free_bytes
                        : free_bytes_of({options.data, options.data / "log", options.data / "projections"}),
      .notice = options.notice});
  PublisherOptions publishing = options.publisher;
  if (group_) {
    publishing.others = others_.get();
    publishing.suitable_id = [this](IdKind kind, std::uint64_t id) { return suits_member(*group_, log(), kind, id); };
  }
  publishing.check_room = [room = disk_room_.get()] { return room->check(); };
  auto publisher = Publisher::open(log(), *folder_, publishing);
  if (!publisher) return publisher.error();
  publisher_ = *std::move(publisher);
  return {};
}

Result<void> Engine::start_rebuilding(const EngineOptions& options) {
  rebuilder_ = std::make_unique<Rebuilder>(log(), *folder_, stored_.directory, options.cache_bytes);
  if (folder_->live()->fold_version() != kFoldVersion && !rebuilder_->status()) {
    if (auto started = rebuilder_->start({}); !started) return started.error();
  }
  damage_watch_ = std::make_unique<DamageWatch>(*folder_, *rebuilder_, *disk_room_, options.notice);
  if (options.scrub_contacts_per_second > 0) {
    scrubber_ = std::make_unique<Scrubber>(*folder_, options.scrub_contacts_per_second);
  }
  return {};
}

void Engine::start_feed() {
  FeedOptions feeding;
  if (group_) feeding.partitions = [group = group_.get()] { return group->owned(); };
  feed_ = std::make_unique<Feed>(log(), *folder_, feeding);
}

void Engine::start_maintaining(const EngineOptions& options) {
  const std::filesystem::path backups = options.backups.empty() ? options.data / "backups" : options.backups;
  backups_ = std::make_unique<BackupRunner>(log(), log_kind_, *folder_, backups);
  eraser_ = std::make_unique<Eraser>(log(), *folder_, *rebuilder_, *backups_,
                                     EraserOptions{.backups = backups,
                                                   .parked_days_kept = options.parked_days_kept,
                                                   .notice = options.notice,
                                                   .catch_up = catch_up_of(group_.get())});
  if (group_) owners_ = std::make_unique<MemberReverts>(*group_);
  reverter_ = std::make_unique<Reverter>(log(), *folder_, *publisher_, owners_.get());
}

Result<void> Engine::start_moving_inbox(const EngineOptions& options) {
  mover_ = std::make_unique<InboxMover>(*publisher_, log(), *folder_);
  auto inbox = options.log.open_inbox([mover = mover_.get()](auto batch) { return mover->move(batch); },
                                      log().seal() != nullptr);
  if (!inbox) return inbox.error();
  inbox_ = *std::move(inbox);
  return {};
}

std::optional<ScrubStatus> Engine::scrub_status() const {
  return scrubber_ ? std::optional(scrubber_->status()) : std::nullopt;
}

std::optional<InboxStatus> Engine::inbox_status() const {
  if (!inbox_) return std::nullopt;
  InboxStatus status = inbox_->status();
  status.parked = mover_->parked();
  return status;
}

Engine::~Engine() {
  // Nobody is held up by a cluster that is gone.
  if (stored_.log && stored_.log->seal() != nullptr) stored_.log->seal()->keys().stop();
  if (group_) group_->leave();
  inbox_.reset();
  scrubber_.reset();
  feed_.reset();
  reverter_.reset();
  owners_.reset();
  eraser_.reset();
  backups_.reset();
  damage_watch_.reset();
  rebuilder_.reset();
  publisher_.reset();
  others_.reset();
  group_.reset();
  if (!folder_) return;
  const auto live = folder_->live();
  folder_.reset();
  (void)live->flush();  // only a quicker next start: what is not flushed is folded again
}

}  // namespace rapport
