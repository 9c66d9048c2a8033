#include "projections/store/database.h"

#include <fcntl.h>
#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "projections/store/durable_file.h"
#include "projections/store/file_handle.h"
#include "projections/store/give_way.h"
#include "projections/store/info_log.h"
#include "projections/store/ordered_wal_files.h"
#include "projections/store/store_error.h"
#include "projections/store/torn_write.h"

namespace rapport {
namespace {

constexpr double kMemtableBloomRatio = 0.02;  // of the write buffer: about 20 bits a row
constexpr std::size_t kHintedPrefix = 2;
constexpr std::chrono::milliseconds kLeaseWait{1'000};
constexpr std::chrono::milliseconds kLeaseLook{1};
constexpr std::uint64_t kRoomBytesMin = 4u << 20;  // the manifest, the options, the first of a write-ahead log

// A compaction that finds no room is begun again once there is some; after a flush or a write it is we who open again.
// An error of those is made a fatal one: where RocksDB already waits for room for a compaction, it would recover from
// this one as well when there is some, and ends the process where a change of options (Store::let_files_gather) was not
// written in between.
class NoRecovery final : public rocksdb::EventListener {
 public:
  explicit NoRecovery(std::atomic<bool>& full) : full_(full) {}
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* error) override {
    if (stops_writes(*error) && is_for_room(*error)) full_ = true;
    if (error->severity() == rocksdb::Status::Severity::kHardError) {
      *error = rocksdb::Status(*error, rocksdb::Status::Severity::kFatalError);
    }
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status error, bool* goes_on) override {
    if (stops_writes(error)) *goes_on = false;
  }

 private:
  static bool stops_writes(const rocksdb::Status& error) {
    return error.severity() != rocksdb::Status::Severity::kSoftError;
  }
  std::atomic<bool>& full_;
};

// Compactions give way to reads, to what is written, and to steps; flushes, which writes may wait for, to who answers.
class BackgroundGivesWay final : public rocksdb::EventListener {
 public:
  // On the thread that compacts, which does nothing else.
  void OnCompactionBegin(rocksdb::DB*, const rocksdb::CompactionJobInfo&) override {
    thread_local const bool gives_way = (give_way(), true);
    (void)gives_way;
  }
  void OnFlushBegin(rocksdb::DB*, const rocksdb::FlushJobInfo&) override {
    thread_local const bool gives_way = (give_way_to_answers(), true);
    (void)gives_way;
  }
};

// What opening writes: all that stands in write-ahead logs, as sorted files.
std::uint64_t room_to_open(const std::filesystem::path& directory) {
  std::uint64_t bytes = kRoomBytesMin;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() != ".log") continue;
    const std::uint64_t size = entry.file_size(error);
    if (!error) bytes += size;
  }
  return bytes;
}

}  // namespace

rocksdb::Options rocksdb_options(const StoreOptions& options) {
  rocksdb::Options out;
  out.create_if_missing = !options.read_only;
  out.max_background_jobs = 2;
  out.write_buffer_size = options.write_buffer_bytes;
  out.max_write_buffer_number = 3;
  out.level0_file_num_compaction_trigger = options.use == StoreOptions::Use::log ? kGatheredFilesMax : kNewFilesMax;
  out.compression = rocksdb::kLZ4Compression;
  out.bottommost_compression = rocksdb::kZSTD;
  // Of level 3, the default: a hundredth smaller for twice the time, which was a tenth of a fold's.
  out.bottommost_compression_opts.enabled = true;
  out.bottommost_compression_opts.level = 1;
  out.level_compaction_dynamic_level_bytes = true;
  out.bytes_per_sync = 1u << 20;
  out.max_open_files = 512;
  out.stats_dump_period_sec = 0;
  out.paranoid_checks = true;
  // The log must not lose what it has synced: a record damaged in the middle is an error, a torn tail is not.
  // Projections roll back to before the damage, rows and checkpoint together, and are folded forward again.
  out.wal_recovery_mode = options.use == StoreOptions::Use::log
                              ? rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords
                              : rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(options.cache_bytes);
  table.block_size = 16 * 1024;
  table.format_version = 5;
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  // A fold asks for many rows that are not there: visits, cases and events not seen before.
  if (options.use == StoreOptions::Use::projections) {
    out.memtable_whole_key_filtering = true;
    out.memtable_prefix_bloom_size_ratio = kMemtableBloomRatio;
    // Rows come sorted, those of a kind together: each is looked for from where the last one of its kind, and of its
    // index, went.
    out.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(kHintedPrefix));
  }
  // In pieces of a block's size: a large file's index or filter as a whole is larger than a shard of the cache (a 64th
  // of it), so it would never stay there, and every read would load all of it from the file again.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  if (options.use == StoreOptions::Use::projections) table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  out.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return out;
}

Database::Database(const StoreOptions& options)
    : options_(options),
      path_(options.directory.string()),
      env_(options.use == StoreOptions::Use::projections
               ? rocksdb::NewCompositeEnv(std::make_shared<OrderedWalFiles>(rocksdb::FileSystem::Default()))
               : nullptr),
      native_(rocksdb_options(options)) {
  if (env_) native_.env = env_.get();
  native_.listeners.push_back(std::make_shared<NoRecovery>(full_));
  native_.listeners.push_back(std::make_shared<BackgroundGivesWay>());
}
Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::open(const StoreOptions& options) {
  std::unique_ptr<Database> database(new Database(options));
  if (!options.read_only) RAPPORT_TRY(make_directories(options.directory));
  database->native_.info_log = std::make_shared<InfoLog>(options.directory, options.read_only);
  RAPPORT_TRY(database->open(options.read_only));
  return database;
}

Result<void> Database::open(bool read_only) {
  rocksdb::DB* db = nullptr;
  // A log's writes are synced one by one: of those a missing one is damage, which is refused.
  if (options_.use == StoreOptions::Use::projections) {
    wal_order_ = std::make_unique<WalOrder>();
    native_.wal_filter = wal_order_.get();
  }
  const auto open = [&] {
    return read_only ? rocksdb::DB::OpenForReadOnly(native_, path_, &db) : rocksdb::DB::Open(native_, path_, &db);
  };
  rocksdb::Status status = open();
  if (status.IsCorruption() && options_.use == StoreOptions::Use::log && !read_only) {
    const auto cut = cut_torn_write(options_.directory);
    if (!cut) return cut.error();
    if (*cut) status = open();
  }
  if (!status.ok()) return error(status);
  std::unique_ptr<rocksdb::DB> opened(db);
  RAPPORT_TRY(check_files(*opened));
  db_ = std::move(opened);
  if (!read_only) full_ = false;
  ++opening_;
  return {};
}

Result<void> Database::check_files(rocksdb::DB& db) const {
  std::vector<rocksdb::LiveFileMetaData> files;
  db.GetLiveFilesMetaData(&files);
  for (const rocksdb::LiveFileMetaData& file : files) {
    if (!file.smallestkey.empty()) continue;
    return noted({Errc::corrupt, "it was taken while its keys could not be read", file.directory + file.name});
  }
  return {};
}

Error Database::error(const rocksdb::Status& status) const {
  Error told = to_error(status, path_);
  if (status.IsPathNotFound() && !options_.read_only) told.code = Errc::corrupt;
  return noted(std::move(told));
}

Error Database::noted(Error error) const {
  if (error.code != Errc::corrupt) return error;
  const std::lock_guard lock(mutex_);
  if (!damage_) damage_ = error;
  return error;
}

std::optional<Error> Database::damage() const {
  const std::lock_guard lock(mutex_);
  return damage_;
}

std::uint64_t Database::figure(const char* property) const {
  const auto db = lease();
  std::uint64_t figure = 0;
  return db && (*db)->GetIntProperty(property, &figure) ? figure : 0;
}

Result<Database::Lease> Database::lease() const {
  const bool has_one = Lease::of_this_thread > 0;
  const auto is_let_in = [&] {
    const State state = state_;
    return state == State::open || (state == State::closing && has_one);
  };
  for (++leases_; !is_let_in(); ++leases_) {
    --leases_;
    std::unique_lock lock(mutex_);
    opened_.wait_for(lock, kLeaseLook, is_let_in);
  }
  Lease lease(*this);
  if (db_ == nullptr) return Error{Errc::storage_failed, "it is closed since the disk was full", path_};
  return lease;
}

Database::TakenSnapshot Database::take_snapshot() {
  const auto db = lease();
  if (!db) return {};
  const rocksdb::Snapshot* native = (*db)->GetSnapshot();
  const std::lock_guard lock(mutex_);
  snapshots_.insert(native);
  return {native, db->opening()};
}

void Database::release(const TakenSnapshot& snapshot) {
  const std::lock_guard lock(mutex_);
  if (snapshot.opening != opening_ || snapshots_.erase(snapshot.native) == 0) return;
  db_->ReleaseSnapshot(snapshot.native);
}

// New readers wait meanwhile: else those who read all the time would never let it close.
bool Database::close_to_leases() {
  const auto until = std::chrono::steady_clock::now() + kLeaseWait;
  for (state_ = State::closing; std::chrono::steady_clock::now() < until; std::this_thread::sleep_for(kLeaseLook)) {
    if (leases_ > 0) continue;
    state_ = State::closed;
    if (leases_ == 0) return true;
    state_ = State::closing;  // somebody was let in, or looked, in between
  }
  open_to_leases();
  return false;
}

void Database::open_to_leases() {
  {
    const std::lock_guard lock(mutex_);
    state_ = State::open;
  }
  opened_.notify_all();
}

Result<void> Database::check_room() const {
  const auto path = options_.directory / "ROOM";
  const auto bytes = static_cast<off_t>(room_to_open(options_.directory));
  int error = 0;
  {
    const FileHandle file(path, O_WRONLY | O_CREAT | O_TRUNC);
    if (file.get() < 0 || ::fallocate(file.get(), 0, 0, bytes) != 0) error = errno;
  }
  RAPPORT_TRY(remove_file(path));
  // A file system that sets nothing aside is asked by opening.
  if (error == 0 || error == EOPNOTSUPP) return {};
  return storage_error(path, "there is no room to open again", error);
}

Result<void> Database::reopen() {
  RAPPORT_TRY(check_room());
  if (!close_to_leases()) return Error{Errc::storage_failed, "it is read all the time, and not opened again", path_};
  {
    const std::lock_guard lock(mutex_);
    for (const rocksdb::Snapshot* snapshot : snapshots_) db_->ReleaseSnapshot(snapshot);
    snapshots_.clear();
    ++opening_;
  }
  db_.reset();
  auto opened = open(false);
  // To be read meanwhile.
  if (!opened && !open(true)) db_.reset();
  open_to_leases();
  return opened;
}

}  // namespace rapport
