#include "projections/contact_row_cache.h"

namespace rapport {
namespace {

constexpr std::size_t kEntryBytes = 144;  // of the list, the table and what is kept, beside the row's text

}  // namespace

std::optional<std::string> ContactRowCache::find(ContactId id, std::uint64_t view) {
  Shard& shard = shard_of(id);
  const std::lock_guard lock(shard.mutex);
  const Kept* kept = shard.find(id, view);
  return kept == nullptr ? std::nullopt : std::optional(kept->row);
}

std::optional<Digest> ContactRowCache::digest(ContactId id, std::uint64_t view) {
  Shard& shard = shard_of(id);
  const std::lock_guard lock(shard.mutex);
  const Kept* kept = shard.find(id, view);
  return kept == nullptr ? std::nullopt : std::optional(kept->digest);
}

void ContactRowCache::keep(ContactId id, std::string_view row, std::uint64_t view) {
  const Digest digest = hash_digest(row);
  Shard& shard = shard_of(id);
  const std::lock_guard lock(shard.mutex);
  if (view <= shard.closed_to) return;
  shard.rows.put(id, {std::string(row), digest}, row.size() + kEntryBytes);
  shard.rows.shrink_to(shard_bytes_max_);
}

bool ContactRowCache::close(std::uint64_t newest) {
  bool any = false;
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    shard.closed_to = newest;
    any = any || !shard.rows.empty();
  }
  return any;
}

void ContactRowCache::forget(ContactId id) {
  Shard& shard = shard_of(id);
  const std::lock_guard lock(shard.mutex);
  shard.rows.erase(id);
}

void ContactRowCache::clear() {
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    shard.rows.clear();
  }
}

}  // namespace rapport
