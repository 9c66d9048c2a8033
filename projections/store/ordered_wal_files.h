// Has each write-ahead log on disk, whole and by its name, before the next one begins.
//
// RocksDB does not see to that where nothing is synced: while a memtable is flushed, a power loss may keep the second
// log and of the first nothing, and what is replayed then has a hole. Costs one sync for each memtable.
#pragma once

#include <rocksdb/file_system.h>

#include <memory>
#include <mutex>
#include <string>

namespace rapport {

// Of one database.
class OrderedWalFiles final : public rocksdb::FileSystemWrapper {
 public:
  explicit OrderedWalFiles(const std::shared_ptr<rocksdb::FileSystem>& files) : FileSystemWrapper(files) {}
  const char* Name() const override { return "rapport.OrderedWalFiles"; }
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* context) override;

 private:
  std::mutex mutex_;
  std::string last_;  // the log that was begun last; empty: none yet
};

}  // namespace rapport
