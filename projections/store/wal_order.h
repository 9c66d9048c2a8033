// Ends the replay of a write-ahead log at the first write that is missing.
//
// While a memtable is flushed there are two logs, neither of which is synced, and a power loss may keep the second
// whole and of the first not the end. RocksDB 7.8 stops at a record that is damaged; one that is missing at a log's end
// it takes for none, and goes on with the next log: a step would be missing that the checkpoint of a later one covers.
// Sequence numbers tell: those of a log's writes have no gap, and from log to log neither, for what takes numbers
// without writing to a log, an ingestion, has all logs before it out of use.
#pragma once

#include <rocksdb/wal_filter.h>

#include <cstdint>
#include <optional>

namespace rapport {

// Of one opening of a database. Used by its thread alone.
class WalOrder final : public rocksdb::WalFilter {
 public:
  WalProcessingOption LogRecordFound(unsigned long long log, const std::string& file, const rocksdb::WriteBatch& batch,
                                     rocksdb::WriteBatch* changed, bool* is_changed) override;
  const char* Name() const override { return "rapport.WalOrder"; }

 private:
  std::optional<std::uint64_t> next_;
};

}  // namespace rapport
