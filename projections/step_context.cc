#include "projections/step_context.h"

#include <algorithm>

#include "projections/key_layout.h"
#include "projections/seen_lookup.h"

namespace rapport {

void write_stream_rows(const StreamRows& stream, RowBuffer& rows) {
  if (stream.erase_rows) {
    for (const std::string& prefix : {timeline_prefix(stream.key), seen_prefix(stream.key)}) {
      rows.erase_range(prefix, prefix_end(prefix));
    }
  }
  for (const auto& [name, first] : stream.seen.new_rows())
    rows.put(seen_key(stream.key, name), encode_first_outcome(first));

  std::string key = timeline_prefix(stream.key);
  const std::size_t prefix_size = key.size();
  for (std::size_t i = 0; i < stream.appended.size(); ++i) {
    const auto [stamp, value] = stream.appended[i];
    key.resize(prefix_size);
    append_timeline_stamp(key, stamp);
    rows.put(key, value);
  }
}

void change_digest(StepContext& step, Partition partition, std::string_view stream_key, Digest before, Digest after) {
  // Also where nothing came of it: a bucket has its row from its first event on, however the steps are cut.
  Digest& sum = step.checkpoints[partition].digest;
  sum += after;
  sum -= before;
  step.buckets.change(partition, stream_key, before, after);
}

}  // namespace rapport
