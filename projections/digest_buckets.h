// The digest of each partition, split into buckets by stream: where two generations differ, the buckets say among whom.
//
// Invariants: the sum of a partition's buckets is its checkpoint's digest. The bucket of a stream depends on its key
// alone. One thread.
#pragma once

#include <array>
#include <map>
#include <set>
#include <string_view>

#include "events/position.h"
#include "projections/digest.h"
#include "projections/row_buffer.h"

namespace rapport {

inline constexpr std::uint32_t kDigestBucketCount = 256;
std::uint32_t digest_bucket_of(std::string_view stream_key);

class DigestBuckets {
 public:
  using Buckets = std::array<Digest, kDigestBucketCount>;

  // Errors: corrupt, storage_failed.
  [[nodiscard]] Result<void> load(const Store& store);
  void change(Partition partition, std::string_view stream_key, Digest before, Digest after);
  // The streams of other buckets, none of which is in these.
  void add(const DigestBuckets& others);
  // The same, of streams whose buckets stand in a store. Errors: corrupt, storage_failed.
  [[nodiscard]] Result<void> add_stored(const Store& store);
  // The rows of the buckets changed since the last call.
  void write_changed(RowBuffer& rows);
  const std::map<Partition, Buckets>& all() const { return buckets_; }

 private:
  std::map<Partition, Buckets> buckets_;
  std::set<std::pair<Partition, std::uint32_t>> changed_;
};

}  // namespace rapport
