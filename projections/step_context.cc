#include "projections/step_context.h"

#include <algorithm>

#include "projections/key_layout.h"
#include "projections/seen_lookup.h"

namespace rapport {

Result<void> erase_rows_under(StepContext& step, std::string_view prefix) {
  if (step.store == nullptr) return {};
  Cursor cursor = step.store->cursor(prefix, prefix_end(prefix));
  for (cursor.seek_first(); cursor.valid(); cursor.next()) step.rows.erase(cursor.key());
  return cursor.status();
}

Result<void> write_stream_rows(StepContext& step, const StreamRows& stream) {
  RowBuffer& rows = step.rows;
  if (stream.erase_rows) {
    RAPPORT_TRY(erase_rows_under(step, timeline_prefix(stream.key)));
    RAPPORT_TRY(erase_rows_under(step, seen_prefix(stream.key)));
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
  return {};
}

void change_digest(StepContext& step, Partition partition, std::string_view stream_key, Digest before, Digest after) {
  // Also where nothing came of it: a bucket has its row from its first event on, however the steps are cut.
  Digest& sum = step.checkpoints[partition].digest;
  sum += after;
  sum -= before;
  step.buckets.change(partition, stream_key, before, after);
}

}  // namespace rapport
