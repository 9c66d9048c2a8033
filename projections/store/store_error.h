// What a RocksDB status says, in our words.
#pragma once

#include <rocksdb/status.h>

#include <string>

#include "events/result.h"

namespace rapport {

// Of a status that is not ok: locked, corrupt or storage_failed, with the path as field.
Error to_error(const rocksdb::Status& status, const std::string& path);
// Whether a write or flush failed for want of room alone. Not where a sync did: what that left on the disk is not
// known.
bool is_for_room(const rocksdb::Status& status);
// The other way, for who stands between two of RocksDB's own.
rocksdb::Status to_status(const Error& error);
[[nodiscard]] Result<void> to_result(const rocksdb::Status& status, const std::string& path);

}  // namespace rapport
