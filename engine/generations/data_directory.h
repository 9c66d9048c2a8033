// What an engine keeps on disk, and where:
//
//   format             "rapport 1 embedded": the layout's version and the log's kind
//   LOCK               held by the one process that works here
//   log/               the embedded log
//   projections/7/     a generation, by number
//   projections/CURRENT  the number of the one that serves
//   projections/PENDING  the number of the one that a rebuild is making
//   RESTORING          there while a backup is copied into it
//   backups/           where backups of a served engine go, unless it was told another place (engine/backup)
//
// Invariants: one process at a time; CURRENT moves by an atomic, synced rename. Not thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "events/result.h"

namespace rapport {

// Whether an engine's first start may make its data directory of this one, which has no format. Errors: wrong_format:
// it holds other files, or data whose format is lost.
[[nodiscard]] Result<void> check_may_begin_in(const std::filesystem::path& path);

class DataDirectory {
 public:
  // Makes the directory where there is none. Errors, with the path as field: locked; wrong_format (another layout, or a
  // directory of something else, or made for another kind of log, or a restore into it was not finished);
  // storage_failed (not writable, full).
  [[nodiscard]] static Result<DataDirectory> open(const std::filesystem::path& path, std::string_view log_kind);
  ~DataDirectory();
  DataDirectory(DataDirectory&&) noexcept;
  DataDirectory& operator=(DataDirectory&&) noexcept;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path log_path() const { return path_ / "log"; }
  std::filesystem::path projections_path() const { return path_ / "projections"; }
  std::filesystem::path generation_path(std::uint64_t number) const;

  // 0: none yet, or it is damaged which.
  std::uint64_t current_generation() const { return current_; }
  // Greater than every generation that was ever here.
  std::uint64_t next_generation() const;
  // Those that have files here, ascending.
  std::vector<std::uint64_t> generations() const;
  // Errors: storage_failed.
  [[nodiscard]] Result<void> set_current_generation(std::uint64_t number);

  // The generation that a rebuild is making, so that it goes on after a crash; 0: none, or it is
  // damaged which.
  std::uint64_t pending_generation() const { return pending_; }
  // The number by which its files were kept before they were gone on with; 0: it was begun anew.
  std::uint64_t pending_kept_as() const { return pending_kept_as_; }
  // Errors: storage_failed.
  [[nodiscard]] Result<void> set_pending_generation(std::uint64_t number, std::uint64_t kept_as = 0);
  // Gives the generation's files another number, which none has. Errors: storage_failed.
  [[nodiscard]] Result<void> rename_generation(std::uint64_t number, std::uint64_t to);
  // Marked, it is opened by nobody: what a crash leaves half restored must not be taken for an empty engine.
  // Errors: storage_failed.
  [[nodiscard]] Result<void> set_restoring(bool restoring);
  // Deletes the generation's files. Errors: storage_failed.
  [[nodiscard]] Result<void> drop_generation(std::uint64_t number);

 private:
  DataDirectory(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}
  [[nodiscard]] Result<void> check_format(std::string_view log_kind);
  // In a file's line, counted from 0. Of what names no generation: 0. All that is lost by that is made again from the
  // log.
  [[nodiscard]] Result<std::uint64_t> read_number(const char* name, int line = 0) const;

  std::filesystem::path path_;
  int lock_ = -1;
  std::uint64_t current_ = 0, pending_ = 0, pending_kept_as_ = 0;
};

}  // namespace rapport
