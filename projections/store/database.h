// The RocksDB database under a store, which can be closed and opened again while others read: after a full disk nothing
// else lets it write again. What RocksDB does by itself there is switched off: 7.8 goes on with a write-ahead log that
// has a write cut short, where nothing is in memory; and an attempt that meets a disk which is still full has it refuse
// for good.
//
// Invariants: it is closed only while nobody has a lease, and who asks for one then waits. A snapshot ends with the
// opening that it was taken in.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

#include "projections/store/store.h"
#include "projections/store/store_error.h"
#include "projections/store/wal_order.h"

namespace rapport {

rocksdb::Options rocksdb_options(const StoreOptions& options);

// So many new files are put in order with the others, and so many while they gather: half as much is written again
// then.
inline constexpr int kNewFilesMax = 4, kGatheredFilesMax = 8;

// Thread-safe.
class Database {
 public:
  // Errors: those of Store::open.
  [[nodiscard]] static Result<std::unique_ptr<Database>> open(const StoreOptions& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // The database stays open while one lives. Must not outlive it.
  class Lease {
   public:
    explicit Lease(const Database& of) : of_(&of) { ++of_this_thread; }
    Lease(Lease&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (of_ == nullptr) return;
      --of_this_thread;
      --of_->leases_;
    }
    rocksdb::DB* operator->() const { return of_->db_.get(); }
    rocksdb::DB* get() const { return of_->db_.get(); }
    // Counted from 1.
    std::uint64_t opening() const { return of_->opening_; }

   private:
    friend class Database;
    inline static thread_local std::int64_t of_this_thread = 0;
    const Database* of_;
  };
  // Errors: storage_failed: it could not be opened again.
  [[nodiscard]] Result<Lease> lease() const;
  // Whether each file says which keys it has. RocksDB 7.8 takes one whose first block it fails to read as one that has
  // none: its rows would come in no order. Errors: corrupt.
  [[nodiscard]] Result<void> check_files(rocksdb::DB& db) const;

  // Of a status of this database, of which a file that is missing is damage. The first that one tells is
  // remembered.
  Error error(const rocksdb::Status& status) const;
  [[nodiscard]] Result<void> result(const rocksdb::Status& status) const {
    return status.ok() ? Result<void>() : error(status);
  }
  std::optional<Error> damage() const;
  // One of RocksDB's own numbers; 0 where it is closed.
  std::uint64_t figure(const char* property) const;

  struct TakenSnapshot {
    const rocksdb::Snapshot* native = nullptr;
    std::uint64_t opening = 0;
  };
  TakenSnapshot take_snapshot();
  void release(const TakenSnapshot& snapshot);

  // Whether a write or flush found no room: it takes no more of them.
  bool is_full() const { return full_; }
  // Closes and opens, once nobody has a lease and the disk has room for it. Errors: storage_failed: try again later;
  // where it could be closed and not opened, it is open to be read, or not at all. One thread.
  [[nodiscard]] Result<void> reopen();

 private:
  explicit Database(const StoreOptions& options);
  Error noted(Error error) const;
  // Closing: leases are waited for; who has one may have another, which the first may not be given back without.
  enum class State : std::uint8_t { open, closing, closed };

  [[nodiscard]] Result<void> open(bool read_only);
  [[nodiscard]] bool close_to_leases();
  void open_to_leases();
  [[nodiscard]] Result<void> check_room() const;

  const StoreOptions options_;
  const std::string path_;
  std::atomic<bool> full_{false};
  const std::unique_ptr<rocksdb::Env> env_;  // of projections: with OrderedWalFiles
  rocksdb::Options native_;

  // Written only while it is closed to leases and there are none.
  std::unique_ptr<WalOrder> wal_order_;  // outlives db_, which keeps its address
  std::unique_ptr<rocksdb::DB> db_;
  std::atomic<std::uint64_t> opening_{0};

  mutable std::atomic<std::int64_t> leases_{0};
  std::atomic<State> state_{State::open};
  mutable std::mutex mutex_;
  mutable std::condition_variable opened_;
  mutable std::optional<Error> damage_;
  std::unordered_set<const rocksdb::Snapshot*> snapshots_;  // of this opening
};

}  // namespace rapport
