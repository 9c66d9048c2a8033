#include "projections/store/store.h"

#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/utilities/write_batch_with_index.h>
#include <rocksdb/write_batch.h>

#include <chrono>
#include <mutex>
#include <thread>

#include "projections/store/database.h"
#include "projections/store/store_error.h"

namespace rapport {
namespace {

constexpr std::chrono::milliseconds kReadersPatience{2'000}, kReadersLook{20};

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(const rocksdb::Slice& text) { return {text.data(), text.size()}; }

const rocksdb::Snapshot* native(const void* handle) { return static_cast<const rocksdb::Snapshot*>(handle); }

// Then new files are put in order however few they are: that writes no more than four times what came.
bool are_new_files_many(rocksdb::DB& db) {
  rocksdb::ColumnFamilyMetaData all;
  db.GetColumnFamilyMetaData(&all);
  return !all.levels.empty() && all.levels.front().size >= all.size / 4;
}

// Nobody reads from a moment before now, but whoever holds the newest one.
bool is_read_as_of_now(rocksdb::DB& db, std::uint64_t now) {
  std::uint64_t moments = 0, oldest = 0;
  (void)db.GetIntProperty("rocksdb.num-snapshots", &moments);
  (void)db.GetIntProperty("rocksdb.oldest-snapshot-sequence", &oldest);
  return moments <= 1 || oldest >= now;
}

}  // namespace

struct RowBatch::Impl {
  rocksdb::WriteBatch batch;
};

RowBatch::RowBatch() : impl_(std::make_unique<Impl>()) {}
RowBatch::~RowBatch() = default;
RowBatch::RowBatch(RowBatch&&) noexcept = default;
RowBatch& RowBatch::operator=(RowBatch&&) noexcept = default;

// WriteBatch reports an error only where a size limit was set, and we set none.
void RowBatch::put(std::string_view key, std::string_view value) {
  if (!impl_->batch.Put(slice(key), slice(value)).ok()) panic("a write batch refused a row");
}
void RowBatch::erase(std::string_view key) {
  if (!impl_->batch.Delete(slice(key)).ok()) panic("a write batch refused a delete");
}
void RowBatch::erase_range(std::string_view from, std::string_view to) {
  if (!impl_->batch.DeleteRange(slice(from), slice(to)).ok()) panic("a write batch refused a range");
}
void RowBatch::clear() { impl_->batch.Clear(); }
std::size_t RowBatch::size_bytes() const { return impl_->batch.GetDataSize(); }
std::size_t RowBatch::count() const { return impl_->batch.Count(); }

struct Cursor::Impl {
  std::string lower, upper;
  rocksdb::Slice lower_slice, upper_slice;
  const Database* database = nullptr;
  std::optional<Database::Lease> lease;
  std::unique_ptr<rocksdb::Iterator> it;
  bool of_fork = false;  // what a fork has written knows no bounds: they are kept here

  bool in_bounds() const {
    const std::string_view key = view(it->key());
    return key >= lower && (upper.empty() || key < upper);
  }
};

Cursor::Cursor(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Cursor::~Cursor() = default;
Cursor::Cursor(Cursor&&) noexcept = default;
Cursor& Cursor::operator=(Cursor&&) noexcept = default;
void Cursor::seek_first() { impl_->of_fork ? impl_->it->Seek(impl_->lower_slice) : impl_->it->SeekToFirst(); }
void Cursor::seek_last() {
  if (!impl_->of_fork || impl_->upper.empty()) return impl_->it->SeekToLast();
  impl_->it->SeekForPrev(impl_->upper_slice);
  if (impl_->it->Valid() && view(impl_->it->key()) == impl_->upper) impl_->it->Prev();
}
void Cursor::seek(std::string_view key) { impl_->it->Seek(slice(key)); }
void Cursor::seek_for_prev(std::string_view key) { impl_->it->SeekForPrev(slice(key)); }
void Cursor::next() { impl_->it->Next(); }
void Cursor::prev() { impl_->it->Prev(); }
bool Cursor::valid() const { return impl_->it->Valid() && (!impl_->of_fork || impl_->in_bounds()); }
std::string_view Cursor::key() const { return view(impl_->it->key()); }
std::string_view Cursor::value() const { return view(impl_->it->value()); }
Result<void> Cursor::status() const { return impl_->database->result(impl_->it->status()); }

struct Store::Impl {
  std::string path;
  std::unique_ptr<Database> own;
  Database* database = nullptr;  // a fork's: that of the other store

  // The first write that failed: no other follows it. RocksDB itself would go on with the very file whose sync had
  // failed, and asserts that nobody does so.
  mutable std::mutex mutex;
  std::optional<Error> failed;
  bool failed_for_room = false;
  int new_files_max = kNewFilesMax;  // as the database opens

  Result<void> not_failed() const {
    const std::lock_guard lock(mutex);
    return failed ? Result<void>(*failed) : Result<void>();
  }
  Result<void> written_or_failed(const rocksdb::Status& status) {
    if (status.ok()) return {};
    const std::lock_guard lock(mutex);
    if (!failed) {
      failed = database->error(status);
      failed_for_room = is_for_room(status);
    }
    return *failed;
  }

  // Of a fork: what was written to it, on top of another's database as that stood at the snapshot, and stays.
  std::unique_ptr<rocksdb::WriteBatchWithIndex> written;
  std::optional<Database::Lease> forked;
  At forked_at = kNow;

  struct Reading {
    Database::Lease database;
    rocksdb::ReadOptions options;
  };
  Result<Reading> reading(At at) const {
    if (written) at = forked_at;
    auto lease = database->lease();
    if (!lease) return lease.error();
    if (at != kNow && at->opening_ != lease->opening()) {
      return Error{Errc::storage_failed, "was opened again since, for the disk had been full: read what is there",
                   path};
    }
    rocksdb::ReadOptions options;
    options.snapshot = at == kNow ? nullptr : native(at->handle_);
    options.ignore_range_deletions = true;  // there are none: KeyWriter
    return Reading{*std::move(lease), options};
  }
};

namespace {

// Writes a batch's rows with each range as the keys that stand in it. RocksDB's own range deletions are used nowhere: a
// fork takes none, and 7.8 has them swallow a read error of a file's first block, so that a walk over a damaged file
// passes by its rows and says nothing (mended in 8.6).
class KeyWriter : public rocksdb::WriteBatch::Handler {
 public:
  KeyWriter(const Store& store, rocksdb::WriteBatchBase& written) : store_(store), written_(written) {}

  rocksdb::Status PutCF(std::uint32_t, const rocksdb::Slice& key, const rocksdb::Slice& value) override {
    return written_.Put(key, value);
  }
  rocksdb::Status DeleteCF(std::uint32_t, const rocksdb::Slice& key) override { return written_.Delete(key); }
  rocksdb::Status DeleteRangeCF(std::uint32_t, const rocksdb::Slice& from, const rocksdb::Slice& to) override {
    std::vector<std::string> keys;
    Cursor cursor = store_.cursor(view(from), view(to));
    for (cursor.seek_first(); cursor.valid(); cursor.next()) keys.emplace_back(cursor.key());
    if (const auto walked = cursor.status(); !walked) return to_status(walked.error());
    for (const std::string& key : keys) {
      if (auto erased = written_.Delete(key); !erased.ok()) return erased;
    }
    return rocksdb::Status::OK();
  }

 private:
  const Store& store_;
  rocksdb::WriteBatchBase& written_;
};

}  // namespace

Snapshot::~Snapshot() { store_.impl_->database->release({native(handle_), opening_}); }

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const StoreOptions& options) {
  auto database = Database::open(options);
  if (!database) return database.error();
  auto impl = std::make_unique<Impl>();
  impl->path = options.directory.string();
  impl->own = *std::move(database);
  impl->database = impl->own.get();
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

Result<std::optional<std::string>> Store::get(std::string_view key, At at) const {
  std::string value;
  const auto reading = impl_->reading(at);
  if (!reading) return reading.error();
  const auto& [db, options] = *reading;
  const auto status = impl_->written ? impl_->written->GetFromBatchAndDB(db.get(), options, slice(key), &value)
                                     : db->Get(options, slice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>{};
  if (!status.ok()) return impl_->database->error(status);
  return std::optional<std::string>(std::move(value));
}

Result<std::vector<std::optional<std::string>>> Store::multi_get(std::span<const std::string_view> sorted_keys,
                                                                 At at) const {
  std::vector<std::optional<std::string>> out(sorted_keys.size());
  if (sorted_keys.empty()) return out;
  std::vector<rocksdb::Slice> keys;
  keys.reserve(sorted_keys.size());
  for (const auto key : sorted_keys) keys.push_back(slice(key));
  std::vector<rocksdb::PinnableSlice> values(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  const auto reading = impl_->reading(at);
  if (!reading) return reading.error();
  const auto& [db, options] = *reading;
  if (impl_->written) {
    impl_->written->MultiGetFromBatchAndDB(db.get(), options, db->DefaultColumnFamily(), keys.size(), keys.data(),
                                           values.data(), statuses.data(), true);
  } else {
    db->MultiGet(options, db->DefaultColumnFamily(), keys.size(), keys.data(), values.data(), statuses.data(), true);
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (statuses[i].IsNotFound()) continue;
    if (!statuses[i].ok()) return impl_->database->error(statuses[i]);
    out[i].emplace(values[i].data(), values[i].size());
  }
  return out;
}

Cursor Store::cursor(std::string_view lower, std::string_view upper, At at) const {
  auto impl = std::make_unique<Cursor::Impl>();
  impl->database = impl_->database;
  impl->lower = lower;
  impl->upper = upper;
  impl->lower_slice = impl->lower;
  impl->upper_slice = impl->upper;
  auto reading = impl_->reading(at);
  if (!reading) {
    impl->it.reset(rocksdb::NewErrorIterator(to_status(reading.error())));
    return Cursor(std::move(impl));
  }
  rocksdb::ReadOptions& options = reading->options;
  if (!lower.empty()) options.iterate_lower_bound = &impl->lower_slice;
  if (!upper.empty()) options.iterate_upper_bound = &impl->upper_slice;
  options.total_order_seek = true;
  impl->it.reset(reading->database->NewIterator(options));
  impl->lease.emplace(std::move(reading->database));
  impl->of_fork = impl_->written != nullptr;
  if (impl->of_fork) impl->it.reset(impl_->written->NewIteratorWithBase(impl->it.release()));
  return Cursor(std::move(impl));
}

std::unique_ptr<Snapshot> Store::snapshot() const {
  const auto [native_snapshot, opening] = impl_->database->take_snapshot();
  return std::unique_ptr<Snapshot>(new Snapshot(*this, native_snapshot, opening));
}

std::unique_ptr<Store> Store::fork(At at) const {
  auto impl = std::make_unique<Impl>();
  impl->path = impl_->path;
  impl->database = impl_->database;
  if (auto lease = impl_->database->lease()) impl->forked.emplace(*std::move(lease));
  impl->written = std::make_unique<rocksdb::WriteBatchWithIndex>(rocksdb::BytewiseComparator(), 0, true);
  impl->forked_at = at;
  if (impl_->written) {  // of a fork: what was written to that, too
    impl->forked_at = impl_->forked_at;
    KeyWriter writer(*this, *impl->written);
    const auto copied = impl_->written->GetWriteBatch()->Iterate(&writer);
    if (!copied.ok()) panic("what a fork holds in memory cannot be read: " + copied.ToString());
  }
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

Result<void> Store::write(const RowBatch& batch, Durability durability) {
  if (impl_->written) {
    KeyWriter writer(*this, *impl_->written);
    return to_result(batch.impl_->batch.Iterate(&writer), impl_->path);
  }
  if (batch.impl_->batch.HasDeleteRange()) {
    RowBatch of_keys;
    KeyWriter writer(*this, of_keys.impl_->batch);
    RAPPORT_TRY(to_result(batch.impl_->batch.Iterate(&writer), impl_->path));
    return write(of_keys, durability);
  }
  rocksdb::WriteOptions options;
  options.sync = durability == Durability::synced;
  options.disableWAL = durability == Durability::unlogged;
  RAPPORT_TRY(impl_->not_failed());
  const auto db = impl_->database->lease();
  if (!db) return db.error();
  return impl_->written_or_failed((*db)->Write(options, &batch.impl_->batch));
}

bool Store::is_full() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->failed ? impl_->failed_for_room : impl_->database->is_full();
}

std::optional<Error> Store::damage() const { return impl_->database->damage(); }

Result<void> Store::resume() {
  if (impl_->own == nullptr || !is_full()) return {};
  RAPPORT_TRY(impl_->own->reopen());
  impl_->new_files_max = kNewFilesMax;
  const std::lock_guard lock(impl_->mutex);
  impl_->failed.reset();
  return {};
}

Result<void> Store::flush() {
  RAPPORT_TRY(impl_->not_failed());
  const auto db = impl_->database->lease();
  if (!db) return db.error();
  return impl_->written_or_failed((*db)->Flush(rocksdb::FlushOptions()));
}

// What was deleted since a moment that is still read from stays in the files for it: overloaded, do it again.
Result<void> Store::compact() {
  const auto db = impl_->database->lease();
  if (!db) return db.error();
  const std::uint64_t now = (*db)->GetLatestSequenceNumber();
  const auto deadline = std::chrono::steady_clock::now() + kReadersPatience;
  while (!is_read_as_of_now(*db->get(), now)) {
    if (std::chrono::steady_clock::now() > deadline) {
      return Error{Errc::overloaded, "rows of an earlier moment are still being read", impl_->path};
    }
    std::this_thread::sleep_for(kReadersLook);
  }
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  return impl_->database->result((*db)->CompactRange(options, nullptr, nullptr));
}

std::uint64_t Store::disk_bytes() const {
  const Database& database = *impl_->database;
  return database.figure("rocksdb.total-sst-files-size") + database.figure("rocksdb.cur-size-all-mem-tables");
}

StoreMemory Store::memory() const {
  const Database& database = *impl_->database;
  return {.write_buffers = database.figure("rocksdb.size-all-mem-tables"),
          .cache = database.figure("rocksdb.block-cache-usage"),
          .pinned = database.figure("rocksdb.block-cache-pinned-usage"),
          .table_readers = database.figure("rocksdb.estimate-table-readers-mem")};
}

std::uint64_t Store::newest_files() const {
  const auto db = impl_->database->lease();
  std::string count;
  const bool known = db && (*db)->GetProperty("rocksdb.num-files-at-level0", &count);
  return known ? std::strtoull(count.c_str(), nullptr, 10) : 0;
}

// Best effort: what it writes for that may fail, as any write may, and then the next one says so.
void Store::let_files_gather(bool gather) {
  int& now = impl_->new_files_max;
  const bool settled = now == kNewFilesMax || (now == 1 && newest_files() > 0);
  if (gather ? now == kGatheredFilesMax : settled) return;
  const auto db = impl_->database->lease();
  if (!db) return;
  const bool to_the_last = !gather && now == kGatheredFilesMax && are_new_files_many(*db->get());
  const int next = gather ? kGatheredFilesMax : to_the_last ? 1 : kNewFilesMax;
  if ((*db)->SetOptions({{"level0_file_num_compaction_trigger", std::to_string(next)}}).ok()) now = next;
}

Result<void> Store::copy_to(const std::filesystem::path& directory) const {
  const auto db = impl_->database->lease();
  if (!db) return db.error();
  rocksdb::Checkpoint* made = nullptr;
  const rocksdb::Status known = rocksdb::Checkpoint::Create(db->get(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  if (!known.ok()) return to_error(known, directory.string());
  // 0: what is in memory is written to sorted files first, so that the copy has next to nothing to replay.
  return to_result(checkpoint->CreateCheckpoint(directory.string(), 0), directory.string());
}

Result<void> Store::ingest(const std::vector<std::filesystem::path>& files) {
  if (files.empty()) return {};  // RocksDB takes that for a mistake
  std::vector<std::string> paths;
  for (const auto& file : files) paths.push_back(file.string());
  rocksdb::IngestExternalFileOptions options;
  options.move_files = true;
  options.write_global_seqno = false;  // it stands in the manifest: there is no need to write to the file again
  // What is in memory goes to a file first, so that no row of it can be taken for a newer one (findings: ingestion).
  RAPPORT_TRY(flush());
  const auto db = impl_->database->lease();
  if (!db) return db.error();
  RAPPORT_TRY(to_result((*db)->IngestExternalFile(paths, options), impl_->path));
  return impl_->database->check_files(*db->get());
}

std::string prefix_end(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

}  // namespace rapport
