#include "projections/store/ordered_wal_files.h"

#include <fcntl.h>

#include <cerrno>
#include <filesystem>

#include "projections/store/durable_file.h"
#include "projections/store/file_handle.h"

namespace rapport {
namespace {

// Gone: RocksDB has deleted it, and needs it no more.
Result<void> sync_if_there(const std::string& path) {
  const FileHandle file(path, O_RDONLY);
  if (file.get() < 0) return errno == ENOENT ? Result<void>() : storage_error(path, "cannot be opened", errno);
  return sync_file(file, path);
}

rocksdb::IOStatus to_io_status(const Result<void>& result) {
  return result ? rocksdb::IOStatus::OK() : rocksdb::IOStatus::IOError(to_string(result.error()));
}

}  // namespace

rocksdb::IOStatus OrderedWalFiles::NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                                   std::unique_ptr<rocksdb::FSWritableFile>* file,
                                                   rocksdb::IODebugContext* context) {
  if (!path.ends_with(".log")) return target()->NewWritableFile(path, options, file, context);
  const std::lock_guard lock(mutex_);
  if (!last_.empty()) {
    if (auto synced = to_io_status(sync_if_there(last_)); !synced.ok()) return synced;
  }
  if (auto made = target()->NewWritableFile(path, options, file, context); !made.ok()) return made;
  last_ = path;
  return to_io_status(sync_directory(std::filesystem::path(path).parent_path()));
}

}  // namespace rapport
