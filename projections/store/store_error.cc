#include "projections/store/store_error.h"

#include <cerrno>
#include <string_view>
#include <system_error>

namespace rapport {
namespace {

constexpr std::string_view kNoSpace = "No space left on device";  // as a status spells it

// RocksDB has no status of its own for a lock that is held, by another process (fs_posix.cc, LockOrUnlock) or by this
// one. A lock file that cannot be opened or locked for another reason is a disk's error.
bool is_held_lock(const std::string& status) {
  const bool refused = status.find("While lock file") != std::string::npos &&
                       status.find(std::generic_category().message(EAGAIN)) != std::string::npos;
  return refused || status.find("lock hold by current process") != std::string::npos;
}

}  // namespace

bool is_for_room(const rocksdb::Status& status) {
  const std::string text = status.ToString();
  // A write that waited for a flush is told in words alone why that failed.
  const bool was_full = status.IsNoSpace() || (status.IsIncomplete() && text.find(kNoSpace) != std::string::npos);
  return was_full && text.find("While fsync") == std::string::npos && text.find("While fdatasync") == std::string::npos;
}

Error to_error(const rocksdb::Status& status, const std::string& path) {
  const std::string text = status.ToString();
  if (status.IsIOError() && is_held_lock(text)) return {Errc::locked, "another process has it open", path};
  if (status.IsCorruption()) return {Errc::corrupt, text, path};
  return {Errc::storage_failed, text, path};
}

rocksdb::Status to_status(const Error& error) {
  return error.code == Errc::corrupt ? rocksdb::Status::Corruption(error.detail)
                                     : rocksdb::Status::IOError(error.detail);
}

Result<void> to_result(const rocksdb::Status& status, const std::string& path) {
  if (status.ok()) return {};
  return to_error(status, path);
}

}  // namespace rapport
