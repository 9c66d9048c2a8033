// Rows of contacts that were read lately, as they stand in the newest view: a hit costs a tenth of what RocksDB takes
// to walk its files, even where all their blocks are in its own cache.
//
// Invariants:
// - What find() gives is what the store would give at that view. Before a step is written the cache is closed to the
//   views that there are, for finding and for keeping, and the rows that it changes are forgotten: so what is kept has
//   not changed since the view that it was read in, and no reader of an older one is told it.
// - It holds at most about `bytes_max`; what nobody asked for lately goes first.
// Thread-safe; one step at a time.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "events/ids.h"
#include "projections/digest.h"
#include "projections/lru_map.h"

namespace rapport {

class ContactRowCache {
 public:
  explicit ContactRowCache(std::size_t bytes_max) : shard_bytes_max_(bytes_max / kShards) {}

  // `view`: the number of the one that reads, which grows with each step.
  std::optional<std::string> find(ContactId id, std::uint64_t view);
  // Of the row that find() gives, which is neither read nor copied for it.
  std::optional<Digest> digest(ContactId id, std::uint64_t view);
  void keep(ContactId id, std::string_view row, std::uint64_t view);

  // A step behind the view `newest` is about to be written. False: no row is kept, so there is none to forget.
  bool close(std::uint64_t newest);
  void forget(ContactId id);
  void clear();

 private:
  static constexpr std::size_t kShards = 64;

  struct Kept {
    std::string row;
    Digest digest;
  };
  struct Shard {
    std::mutex mutex;
    std::uint64_t closed_to = 0;  // views up to it are too old
    LruMap<ContactId, Kept> rows;

    const Kept* find(ContactId id, std::uint64_t view) { return view <= closed_to ? nullptr : rows.find(id); }
  };
  Shard& shard_of(ContactId id) { return shards_[id.value % kShards]; }

  const std::size_t shard_bytes_max_;
  std::array<Shard, kShards> shards_;
};

}  // namespace rapport
