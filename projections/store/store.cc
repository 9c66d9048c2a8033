#include "projections/store/store.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/utilities/write_batch_with_index.h>
#include <rocksdb/write_batch.h>

#include <mutex>
#include <thread>

#include "projections/store/durable_file.h"
#include "projections/store/info_log.h"
#include "projections/store/store_error.h"
#include "projections/store/torn_write.h"

namespace rapport {
namespace {

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(const rocksdb::Slice& text) { return {text.data(), text.size()}; }

constexpr double kMemtableBloomRatio = 0.02;  // of the write buffer: about 20 bits a row

constexpr std::size_t kHintedPrefix = 2;

rocksdb::Options rocksdb_options(const StoreOptions& options) {
  rocksdb::Options out;
  out.create_if_missing = !options.read_only;
  out.max_background_jobs = 2;
  out.write_buffer_size = options.write_buffer_bytes;
  out.max_write_buffer_number = 3;
  out.compression = rocksdb::kLZ4Compression;
  out.bottommost_compression = rocksdb::kZSTD;
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

const rocksdb::Snapshot* native(const void* handle) { return static_cast<const rocksdb::Snapshot*>(handle); }

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
  std::string lower, upper, path;
  rocksdb::Slice lower_slice, upper_slice;
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
Result<void> Cursor::status() const { return to_result(impl_->it->status(), impl_->path); }

struct Store::Impl {
  std::string path;
  std::unique_ptr<rocksdb::DB> own;
  rocksdb::DB* db = nullptr;

  // The first write that failed: no other follows it. RocksDB itself goes on once a full disk has room again, with the
  // very file whose sync had failed, and asserts that nobody does so.
  mutable std::mutex mutex;
  std::optional<Error> failed;

  Result<void> not_failed() const {
    const std::lock_guard lock(mutex);
    return failed ? Result<void>(*failed) : Result<void>();
  }
  Result<void> written_or_failed(const rocksdb::Status& status) {
    if (status.ok()) return {};
    const std::lock_guard lock(mutex);
    if (!failed) failed = to_error(status, path);
    return *failed;
  }

  // Of a fork: what was written to it, on top of another's db as that stood at the snapshot.
  std::unique_ptr<rocksdb::WriteBatchWithIndex> written;
  const rocksdb::Snapshot* forked_at = nullptr;

  rocksdb::ReadOptions read_options(At at, const void* handle) const {
    rocksdb::ReadOptions options;
    options.snapshot = written ? forked_at : at != kNow ? native(handle) : nullptr;
    options.ignore_range_deletions = true;  // there are none: KeyWriter
    return options;
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
    if (const auto walked = cursor.status(); !walked) return rocksdb::Status::Corruption(walked.error().detail);
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

Snapshot::~Snapshot() { store_.impl_->db->ReleaseSnapshot(native(handle_)); }

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const StoreOptions& options) {
  auto impl = std::make_unique<Impl>();
  impl->path = options.directory.string();
  if (!options.read_only) RAPPORT_TRY(make_directories(options.directory));
  rocksdb::DB* db = nullptr;
  rocksdb::Options native_options = rocksdb_options(options);
  native_options.info_log = std::make_shared<InfoLog>(options.directory, options.read_only);
  const auto open = [&] {
    return options.read_only ? rocksdb::DB::OpenForReadOnly(native_options, impl->path, &db)
                             : rocksdb::DB::Open(native_options, impl->path, &db);
  };
  rocksdb::Status status = open();
  if (status.IsCorruption() && options.use == StoreOptions::Use::log && !options.read_only) {
    const auto cut = cut_torn_write(options.directory);
    if (!cut) return cut.error();
    if (*cut) status = open();
  }
  if (!status.ok()) return to_error(status, impl->path);
  impl->own.reset(db);
  impl->db = db;
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

Result<std::optional<std::string>> Store::get(std::string_view key, At at) const {
  std::string value;
  const auto options = impl_->read_options(at, at ? at->handle_ : nullptr);
  const auto status = impl_->written ? impl_->written->GetFromBatchAndDB(impl_->db, options, slice(key), &value)
                                     : impl_->db->Get(options, slice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>{};
  if (!status.ok()) return to_error(status, impl_->path);
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
  const auto options = impl_->read_options(at, at ? at->handle_ : nullptr);
  if (impl_->written) {
    impl_->written->MultiGetFromBatchAndDB(impl_->db, options, impl_->db->DefaultColumnFamily(), keys.size(),
                                           keys.data(), values.data(), statuses.data(), true);
  } else {
    impl_->db->MultiGet(options, impl_->db->DefaultColumnFamily(), keys.size(), keys.data(), values.data(),
                        statuses.data(), true);
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (statuses[i].IsNotFound()) continue;
    if (!statuses[i].ok()) return to_error(statuses[i], impl_->path);
    out[i].emplace(values[i].data(), values[i].size());
  }
  return out;
}

Cursor Store::cursor(std::string_view lower, std::string_view upper, At at) const {
  auto impl = std::make_unique<Cursor::Impl>();
  impl->path = impl_->path;
  impl->lower = lower;
  impl->upper = upper;
  impl->lower_slice = impl->lower;
  impl->upper_slice = impl->upper;
  rocksdb::ReadOptions options = impl_->read_options(at, at ? at->handle_ : nullptr);
  if (!lower.empty()) options.iterate_lower_bound = &impl->lower_slice;
  if (!upper.empty()) options.iterate_upper_bound = &impl->upper_slice;
  options.total_order_seek = true;
  impl->it.reset(impl_->db->NewIterator(options));
  impl->of_fork = impl_->written != nullptr;
  if (impl->of_fork) impl->it.reset(impl_->written->NewIteratorWithBase(impl->it.release()));
  return Cursor(std::move(impl));
}

std::unique_ptr<Snapshot> Store::snapshot() const {
  return std::unique_ptr<Snapshot>(new Snapshot(*this, impl_->db->GetSnapshot()));
}

std::unique_ptr<Store> Store::fork(At at) const {
  auto impl = std::make_unique<Impl>();
  impl->path = impl_->path;
  impl->db = impl_->db;
  impl->written = std::make_unique<rocksdb::WriteBatchWithIndex>(rocksdb::BytewiseComparator(), 0, true);
  impl->forked_at = at ? native(at->handle_) : nullptr;
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
  return impl_->written_or_failed(impl_->db->Write(options, &batch.impl_->batch));
}

Result<void> Store::flush() {
  RAPPORT_TRY(impl_->not_failed());
  return to_result(impl_->db->Flush(rocksdb::FlushOptions()), impl_->path);
}

Result<void> Store::compact() {
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  return to_result(impl_->db->CompactRange(options, nullptr, nullptr), impl_->path);
}

std::uint64_t Store::disk_bytes() const {
  std::uint64_t bytes = 0;
  for (const char* property : {"rocksdb.total-sst-files-size", "rocksdb.cur-size-all-mem-tables"}) {
    std::uint64_t part = 0;
    if (impl_->db->GetIntProperty(property, &part)) bytes += part;
  }
  return bytes;
}

Result<void> Store::copy_to(const std::filesystem::path& directory) const {
  rocksdb::Checkpoint* made = nullptr;
  const rocksdb::Status known = rocksdb::Checkpoint::Create(impl_->db, &made);
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
  // What is in memory goes to a file first, so that no row of it can be taken for a newer one (findings: ingestion).
  RAPPORT_TRY(flush());
  return to_result(impl_->db->IngestExternalFile(paths, options), impl_->path);
}

struct SortedFile::Impl {
  std::filesystem::path path;
  rocksdb::SstFileWriter writer;

  explicit Impl(const std::filesystem::path& to) : path(to), writer(rocksdb::EnvOptions(), file_options()) {}

  // The store's, but packed lightly: packing tight takes more time than all the rest. A compaction does it later.
  static rocksdb::Options file_options() {
    rocksdb::Options options = rocksdb_options({});
    options.bottommost_compression = options.compression;
    return options;
  }
};

SortedFile::SortedFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SortedFile::~SortedFile() = default;

Result<std::unique_ptr<SortedFile>> SortedFile::create(const std::filesystem::path& path) {
  auto impl = std::make_unique<Impl>(path);
  RAPPORT_TRY(to_result(impl->writer.Open(path.string()), path.string()));
  return std::unique_ptr<SortedFile>(new SortedFile(std::move(impl)));
}

Result<void> SortedFile::add(std::string_view key, std::string_view value) {
  return to_result(impl_->writer.Put(slice(key), slice(value)), impl_->path.string());
}

Result<void> SortedFile::finish() { return to_result(impl_->writer.Finish(), impl_->path.string()); }
std::uint64_t SortedFile::size_bytes() const { return impl_->writer.FileSize(); }
const std::filesystem::path& SortedFile::path() const { return impl_->path; }

std::string prefix_end(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

}  // namespace rapport
