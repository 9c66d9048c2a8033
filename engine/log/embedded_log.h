// The log of one machine, without a server: a RocksDB directory of its own.
//
//   key    partition (4 bytes, big-endian; control is ffffffff), offset (8 bytes, big-endian)
//   value  recordedAt (8 bytes, big-endian ms), key size (2 bytes, big-endian), key, the event's bytes
//   key    "m" + name: the log's own facts (format, id, partition count)
//
// Invariants: one thread writes; whatever waits goes into one synced batch (group commit); offsets are contiguous from
// 0, so that a reader notices a missing record; nothing is acknowledged before the sync, and readers see only what is
// synced; after a failed sync nothing is acknowledged until the log is opened again, because what that sync left on
// disk is known only then. Where the disk was full it opens itself again, once there is room: records that were refused
// may then be there.
#pragma once

#include <filesystem>
#include <memory>

#include "engine/log/event_log.h"

namespace rapport {

struct EmbeddedLogOptions {
  std::filesystem::path directory;
  std::int32_t partition_count = 1;         // of a log that is made; an existing one keeps its own
  std::size_t queue_bytes_max = 64u << 20;  // waiting to be written; beyond it, append answers overloaded
  std::size_t commit_bytes_max = 4u << 20;  // of one synced batch
};

class EmbeddedLog final : public EventLog {
 public:
  // Makes the log where there is none. Errors: locked, wrong_format, corrupt, storage_failed; `field` is the path.
  [[nodiscard]] static Result<std::unique_ptr<EmbeddedLog>> open(const EmbeddedLogOptions& options);
  // Writes what was accepted, then closes. Readers must be gone.
  ~EmbeddedLog() override;

  LogId id() const override;
  std::int32_t partition_count() const override;
  void append(std::vector<NewRecord> records, AppendDone done) override;
  [[nodiscard]] Result<std::unique_ptr<LogReader>> open_reader(const Positions& after) override;
  [[nodiscard]] Result<Positions> ends() override;
  LogHealth health() const override;
  [[nodiscard]] Result<bool> copy_to(const std::filesystem::path& directory) const override;
  std::optional<StoreMemory> store_memory() const override;

 private:
  class Reader;
  struct Impl;
  explicit EmbeddedLog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rapport
