#include "projections/digest_buckets.h"

#include "projections/key_layout.h"
#include "projections/row_bytes.h"

namespace rapport {

std::uint32_t digest_bucket_of(std::string_view stream_key) {
  return static_cast<std::uint32_t>(hash64(stream_key) % kDigestBucketCount);
}

namespace {

template <class Each>
Result<void> read_buckets(const Store& store, const Each& each) {
  const std::string prefix = bucket_prefix();
  Cursor cursor = store.cursor(prefix, prefix_end(prefix));
  for (cursor.seek_first(); cursor.valid(); cursor.next()) {
    const auto [partition, bucket] = bucket_of_key(cursor.key());
    RowReader in(cursor.value());
    const Digest digest = read_digest(in);
    if (!in.done() || bucket >= kDigestBucketCount)
      return Error{Errc::corrupt, "a digest bucket's row does not decode"};
    each(partition, bucket, digest);
  }
  return cursor.status();
}

}  // namespace

Result<void> DigestBuckets::load(const Store& store) {
  return read_buckets(store, [this](Partition partition, std::uint32_t bucket, const Digest& digest) {
    buckets_[partition][bucket] = digest;
  });
}

Result<void> DigestBuckets::add_stored(const Store& store) {
  return read_buckets(store, [this](Partition partition, std::uint32_t bucket, const Digest& digest) {
    buckets_[partition][bucket] += digest;
    changed_.emplace(partition, bucket);
  });
}

void DigestBuckets::change(Partition partition, std::string_view stream_key, Digest before, Digest after) {
  const std::uint32_t bucket = digest_bucket_of(stream_key);
  Digest& sum = buckets_[partition][bucket];
  sum += after;
  sum -= before;
  changed_.emplace(partition, bucket);
}

void DigestBuckets::add(const DigestBuckets& others) {
  for (const auto& [partition, bucket] : others.changed_) {
    buckets_[partition][bucket] += others.buckets_.at(partition)[bucket];
    changed_.emplace(partition, bucket);
  }
}

void DigestBuckets::write_changed(RowBuffer& rows) {
  for (const auto& [partition, bucket] : changed_) {
    std::string value;
    RowWriter out(value);
    write_digest(out, buckets_[partition][bucket]);
    rows.put(bucket_key(partition, bucket), value);
  }
  changed_.clear();
}

}  // namespace rapport
