// Why a contact or company is as it is: of each register (register_writes.h names them) the write that it holds, which
// event made it, and the writes that it overrode or that lost to it.
//
// Invariants: writes in falling order of (time, offset), so that the first is the register's. One pass over the
// timeline.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "projections/timeline_row.h"
#include "projections/view.h"

namespace rapport {

inline constexpr std::size_t kBlameWritesMax = 100;  // of one register that are told

struct BlamedWrite {
  JsonText value;
  WriteStamp stamp;
  Timestamp recorded_at;
  std::string source, event_id, type_name;
  std::optional<std::string> actor;
  // When it came, one later in time was there already: it never was the register's.
  bool lost = false;
};

struct Blame {
  std::string path;
  std::vector<BlamedWrite> writes;  // at least one, at most kBlameWritesMax
  std::uint64_t write_count = 0;    // with those that are not told
};

// In order of path. `path`: of that register alone. Errors: storage_failed, corrupt.
[[nodiscard]] Result<std::vector<Blame>> read_blame(const View& view, const Subject& subject,
                                                    const std::optional<std::string>& path = {});

}  // namespace rapport
