// Where a generation stands in one partition of the log, and what it holds from there. One row per partition, written
// in the same batch as the rows it speaks of.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "events/position.h"
#include "events/result.h"
#include "events/timestamp.h"
#include "projections/contact_state.h"
#include "projections/digest.h"
#include "projections/outcome.h"

namespace rapport {

// Raised with every change of what apply() does with the same events, and of the index rows that come of it: a
// generation is folded by one version only.
inline constexpr std::uint32_t kFoldVersion = 4;

struct OutcomeCounts {
  std::uint64_t accepted = 0, repeated = 0, refused = 0, parked = 0;

  std::uint64_t records() const { return accepted + repeated + refused + parked; }
  void add(OutcomeStatus status);
  OutcomeCounts& operator+=(const OutcomeCounts& other);
  friend bool operator==(const OutcomeCounts&, const OutcomeCounts&) = default;
};

struct Checkpoint {
  Offset offset;                  // the last record folded; -1: none yet
  std::uint64_t record_hash = 0;  // of that record's key and value: a recreated or truncated log is noticed
  Timestamp recorded_at{};        // of that record
  Digest digest;                  // of the partition's streams
  OutcomeCounts counts;
  std::uint64_t contacts = 0;  // live ones
  // Those of them that are merged into no other, by their own flag.
  std::uint64_t active_roots = 0, archived_roots = 0;
  std::uint64_t companies = 0;
  std::uint32_t fold_version = kFoldVersion;

  // What other streams of the partition add: counts and their digest.
  void add_streams(const Checkpoint& counted);
  // A contact stands otherwise than before.
  void move_root(Standing before, Standing after);
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

using Checkpoints = std::map<Partition, Checkpoint>;

std::string encode_checkpoint(const Checkpoint& checkpoint);
// Errors: corrupt.
[[nodiscard]] Result<Checkpoint> decode_checkpoint(std::string_view row);

// The whole of the partitions.
Digest total_digest(const Checkpoints& checkpoints);
OutcomeCounts total_counts(const Checkpoints& checkpoints);
Positions positions_of(const Checkpoints& checkpoints);

}  // namespace rapport
