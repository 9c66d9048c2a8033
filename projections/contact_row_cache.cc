#include "projections/contact_row_cache.h"

namespace rapport {
namespace {

constexpr std::size_t kEntryBytes = 128;  // of the list, the table and the string, beside its text

std::size_t size_of(std::string_view row) { return row.size() + kEntryBytes; }

}  // namespace

void ContactRowCache::Shard::drop(Rows::iterator row) {
  bytes -= size_of(row->bytes);
  by_id.erase(row->id);
  rows.erase(row);
}

std::optional<std::string> ContactRowCache::find(ContactId id, std::uint64_t view) {
  Shard& shard = shard_of(id);
  const std::lock_guard lock(shard.mutex);
  if (view <= shard.closed_to) return std::nullopt;
  const auto found = shard.by_id.find(id);
  if (found == shard.by_id.end()) return std::nullopt;
  shard.rows.splice(shard.rows.begin(), shard.rows, found->second);
  return found->second->bytes;
}

void ContactRowCache::keep(ContactId id, std::string_view row, std::uint64_t view) {
  Shard& shard = shard_of(id);
  const std::lock_guard lock(shard.mutex);
  if (view <= shard.closed_to || shard.by_id.contains(id)) return;
  shard.rows.push_front({id, std::string(row)});
  shard.by_id.emplace(id, shard.rows.begin());
  shard.bytes += size_of(row);
  while (shard.bytes > shard_bytes_max_) shard.drop(std::prev(shard.rows.end()));
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
  if (const auto found = shard.by_id.find(id); found != shard.by_id.end()) shard.drop(found->second);
}

void ContactRowCache::clear() {
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    shard.by_id.clear();
    shard.rows.clear();
    shard.bytes = 0;
  }
}

}  // namespace rapport
