// The last write before a power loss, of which a disk may hold any of its sectors, in any order.
//
// A log's write is acknowledged once it is synced, and the next one begins after that: so what is damaged, looks like a
// write cut short, and has no whole record behind it was never acknowledged, and is let go of. Anything else is damage
// to what was promised, and stays an error:
//
//   | whole | whole | torn: sectors of zeros, or none |           cut at the last whole record
//   | whole | torn  | whole |                                     damage
//   | whole | a last record that is there to its end, but wrong | damage
//
// Files are RocksDB's write-ahead log and its manifest, which share a format ("Write Ahead Log File Format" of its
// wiki): blocks of 32 KiB, records of crc32c (4 bytes, masked), size (2), type (1), bytes; little-endian.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string_view>

#include "events/result.h"

namespace rapport {

// Where the last write begins, if it is torn; `file` is all bytes of a write-ahead log or manifest.
std::optional<std::size_t> find_torn_write(std::string_view file);

// Cuts a torn last write off the newest write-ahead log and the manifest of a database that nobody has open; true where
// there was one. Errors: storage_failed.
[[nodiscard]] Result<bool> cut_torn_write(const std::filesystem::path& directory);

}  // namespace rapport
