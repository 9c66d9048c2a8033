#include "projections/blame_reader.h"

#include <algorithm>
#include <map>

#include "projections/key_layout.h"
#include "projections/timeline_writes.h"

namespace rapport {
namespace {

struct Told {
  Blame blame;
  Offset first;  // the least offset of the writes so far, which are all later in time than the next
};

void tell(Told& told, RegisterWrite&& write, const TimelineRow& row) {
  const Offset offset = row.stamp.offset;
  const bool lost = told.blame.write_count > 0 && told.first < offset;
  told.first = told.blame.write_count == 0 ? offset : std::min(told.first, offset);
  ++told.blame.write_count;
  if (told.blame.writes.size() == kBlameWritesMax) return;
  told.blame.writes.push_back(
      {std::move(write.value), row.stamp, row.recorded_at, row.source, row.event_id, row.type_name, row.actor, lost});
}

}  // namespace

Result<std::vector<Blame>> read_blame(const View& view, const Subject& subject,
                                      const std::optional<std::string>& path) {
  const std::string prefix = timeline_prefix(stream_key(subject));
  std::map<std::string, Told> told;
  EventDecoder decoder;
  Cursor cursor = view.store().cursor(prefix, prefix_end(prefix), view.at());
  for (cursor.seek_last(); cursor.valid(); cursor.prev()) {
    const auto row = decode_timeline_row(timeline_stamp(cursor.key()), cursor.value());
    if (!row) return row.error();
    auto writes = writes_of(decoder, *row);
    if (!writes) return writes.error();
    for (RegisterWrite& write : *writes) {
      if (path && write.path != *path) continue;
      tell(told[write.path], std::move(write), *row);
    }
  }
  RAPPORT_TRY(cursor.status());
  std::vector<Blame> out;
  for (auto& [name, one] : told) {
    one.blame.path = name;
    out.push_back(std::move(one.blame));
  }
  return out;
}

}  // namespace rapport
