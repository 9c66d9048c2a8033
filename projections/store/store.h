// An ordered map of byte strings on disk: the one small wrapper around RocksDB that projections and the embedded log
// share. The one home of RocksDB.
//
// Invariants:
// - A RowBatch is applied whole or not at all, and a Reader sees all of it or nothing.
// - Every RocksDB Status becomes a Result; no RocksDB type leaves this folder.
// - Keys compare as unsigned bytes.
// Thread-safe, unless said otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/result.h"

namespace rapport {

// Puts and deletes to be applied together. Not thread-safe.
class RowBatch {
 public:
  RowBatch();
  ~RowBatch();
  RowBatch(RowBatch&&) noexcept;
  RowBatch& operator=(RowBatch&&) noexcept;

  void put(std::string_view key, std::string_view value);
  void erase(std::string_view key);
  // Every key in [from, to) that stands in the store when the batch is written; what the batch itself puts there stays.
  // Takes as long as there are keys.
  void erase_range(std::string_view from, std::string_view to);
  void clear();
  std::size_t size_bytes() const;
  std::size_t count() const;

 private:
  friend class Store;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Walks the keys of [lower, upper) in order. A new cursor stands nowhere: seek first. Not thread-safe; must not outlive
// its Store or Snapshot. Views are valid until the next move.
class Cursor {
 public:
  struct Impl;
  explicit Cursor(std::unique_ptr<Impl> impl);
  ~Cursor();
  Cursor(Cursor&&) noexcept;
  Cursor& operator=(Cursor&&) noexcept;

  void seek_first();
  void seek_last();
  void seek(std::string_view key);           // the first key >= `key`
  void seek_for_prev(std::string_view key);  // the last key <= `key`
  void next();
  void prev();
  bool valid() const;
  std::string_view key() const;
  std::string_view value() const;
  // The error that ended the walk, if one did: look once valid() is false. Errors: storage_failed, corrupt.
  [[nodiscard]] Result<void> status() const;

 private:
  std::unique_ptr<Impl> impl_;
};

class Store;

// The store as it was when the snapshot was taken, until it resumes after a full disk: from then on whoever reads at it
// is told storage_failed. Must not outlive its Store. Thread-safe.
class Snapshot {
 public:
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  friend class Store;
  Snapshot(const Store& store, const void* handle, std::uint64_t opening)
      : store_(store), handle_(handle), opening_(opening) {}
  const Store& store_;
  const void* const handle_;
  const std::uint64_t opening_;  // of the database, which its handle goes with
};

// Where a read looks: now, or at a snapshot.
using At = const Snapshot*;
inline constexpr At kNow = nullptr;

enum class Durability : unsigned char {
  synced,    // on disk before the call returns
  buffered,  // survives a kill of the process, not a power loss
  unlogged,  // survives neither, until flush(): for rows that are made again from elsewhere. A kill takes the store
             // back to the end of some batch
};

struct StoreOptions {
  std::filesystem::path directory;
  // A log refuses to open with a damaged record in the middle of its write-ahead log, and lets go of a last write that
  // a power loss cut short (torn_write.h); projections roll back to before the damage, rows and checkpoint together
  // (findings: recovery modes).
  enum class Use : unsigned char { log, projections } use = Use::projections;
  std::size_t cache_bytes = 64u << 20;
  std::size_t write_buffer_bytes = 64u << 20;
  bool read_only = false;
};

// What a store has in memory, in bytes.
struct StoreMemory {
  std::uint64_t write_buffers = 0;  // also full ones, until they are files and nobody reads them
  std::uint64_t cache = 0;
  std::uint64_t pinned = 0;  // of the cache: in use, or for as long as its file is new; it may be more than its bounds
  std::uint64_t table_readers = 0;  // of open files, outside the cache
};

class Store {
 public:
  // Creates the directory where it is missing, so that it survives a power loss. Errors: locked, corrupt,
  // storage_failed; `field` is the path.
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(const StoreOptions& options);
  ~Store();

  [[nodiscard]] Result<std::optional<std::string>> get(std::string_view key, At at = kNow) const;
  // One answer per key, in the keys' order. Fastest with sorted keys.
  [[nodiscard]] Result<std::vector<std::optional<std::string>>> multi_get(std::span<const std::string_view> sorted_keys,
                                                                          At at = kNow) const;
  Cursor cursor(std::string_view lower, std::string_view upper, At at = kNow) const;
  std::unique_ptr<Snapshot> snapshot() const;
  // A store that begins as this one stood at `at`. What is written to it stays in memory and goes with it; whatever
  // snapshot it is asked for, it shows all that was written. Neither this store nor `at` may go before it. One thread.
  std::unique_ptr<Store> fork(At at) const;

  // Errors: storage_failed (full, read-only, I/O error). After one, every write fails with it until the store is opened
  // again, or resumes: what the failed one left on the disk is known only then.
  [[nodiscard]] Result<void> write(const RowBatch& batch, Durability durability);
  // Whether it is for want of room on the disk that writes fail.
  bool is_full() const;
  // The first damage that a read or write met since it was opened.
  std::optional<Error> damage() const;
  // Opens a full store again in its place, once the disk has room: the batch that failed is then there whole or not at
  // all. Nothing where the store is not full. Whoever writes calls it, now and then. Reads wait meanwhile, and cursors
  // are waited for. Errors: storage_failed: not yet.
  [[nodiscard]] Result<void> resume();
  // Writes what is in memory to sorted files, synced.
  [[nodiscard]] Result<void> flush();
  // Rewrites the files until deleted rows are gone from them. Errors: storage_failed; overloaded: a moment before this
  // is still read from, for which they stay.
  [[nodiscard]] Result<void> compact();
  std::uint64_t disk_bytes() const;
  StoreMemory memory() const;
  // Files that no compaction has put in order with others yet.
  std::uint64_t newest_files() const;
  // While more rows come than anybody reads, twice as many such files wait for a compaction; behind that none does,
  // where they are a quarter of all. The one who writes calls it.
  void let_files_gather(bool gather);
  // Makes a store of its own in `directory`, which must not exist while its parent does: all that was written before
  // the call, and whole batches only. Files that never change again are hard links where the disk is the same, else
  // copies. Writes go on meanwhile. Errors: storage_failed, with `directory` as field; nothing is left there.
  [[nodiscard]] Result<void> copy_to(const std::filesystem::path& directory) const;
  // Takes the rows of finished SortedFiles, all or none of them, synced; the files, if any, move into the store. Where
  // two of them, or one and the store, have a key, the later one's row stands. Nothing is written meanwhile. Errors:
  // storage_failed, corrupt.
  [[nodiscard]] Result<void> ingest(const std::vector<std::filesystem::path>& files);

 private:
  friend class Snapshot;
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Rows in key order, written straight to a file that a store takes as it is: no log, no memory, no later rewriting. One
// thread.
class SortedFile {
 public:
  // For a file that stays, or that a compaction takes soon.
  enum class Packing : unsigned char { light, none };
  // Errors of all: storage_failed, with the path as field.
  [[nodiscard]] static Result<std::unique_ptr<SortedFile>> create(const std::filesystem::path& path,
                                                                  Packing packing = Packing::light);
  ~SortedFile();

  // `key` is greater than every one before.
  [[nodiscard]] Result<void> add(std::string_view key, std::string_view value);
  // Of the store's rows there is none under this key any more.
  [[nodiscard]] Result<void> erase(std::string_view key);
  // Written and synced. There is at least one row.
  [[nodiscard]] Result<void> finish();
  std::uint64_t size_bytes() const;
  const std::filesystem::path& path() const;

 private:
  struct Impl;
  explicit SortedFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The smallest key that is greater than every key starting with `prefix`; empty (no bound) when there is none.
std::string prefix_end(std::string_view prefix);

}  // namespace rapport
